// Flows of pictures. A dimension stands for one small picture, never a square one, so that height and width cannot
// change places unseen.
import {
  channelCoupling,
  channelMix,
  checkerboardCoupling,
  type ImageShape,
  imageActnorm,
  inverseLogit,
  squeeze,
} from '@flowvae/flows';
import { flowCase, keepsVolume } from './flow-case.ts';

/** The picture of a dimension. */
const pictures: Readonly<Record<number, ImageShape>> = { 16: [2, 4, 2], 24: [4, 2, 3] };

const pictureOf = (dim: number): ImageShape => pictures[dim]!;

/** A network that a law can run through D² times on plain JavaScript. */
const net = { width: 3 };

const couplingScales = { scales: { small: 0.1, trained: 0.4 } };

export const imageFlowCases = [
  flowCase({
    name: 'squeeze',
    madeBy: 'squeeze',
    make: (dim) => squeeze(pictureOf(dim)),
    dims: [16, 24],
    ...keepsVolume,
  }),
  flowCase({
    name: 'image-actnorm',
    madeBy: 'imageActnorm',
    make: (dim) => imageActnorm(pictureOf(dim)),
    dims: [16, 24],
    scales: { small: 0.1, trained: 0.3 },
  }),
  flowCase({
    name: 'channel-mix',
    madeBy: 'channelMix',
    make: (dim) => channelMix(pictureOf(dim)),
    dims: [16, 24],
    scales: { small: 0.1, trained: 0.4 },
    startsAs: 'a map of volume 1',
  }),
  flowCase({
    name: 'inverse-logit',
    madeBy: 'inverseLogit',
    make: (dim) => inverseLogit(dim),
    dims: [2, 24],
    startsAs: 'another map',
  }),
  flowCase({
    name: 'channel-coupling',
    madeBy: 'channelCoupling',
    make: (dim) => channelCoupling(pictureOf(dim), net),
    dims: [16, 24],
    ...couplingScales,
  }),
  flowCase({
    name: 'channel-coupling, residual, of the last channels',
    madeBy: 'channelCoupling',
    make: (dim) => channelCoupling(pictureOf(dim), { ...net, residual: true, blocks: 1, swap: true }),
    dims: [24],
    ...couplingScales,
  }),
  flowCase({
    name: 'channel-coupling, residual, with ReLU',
    madeBy: 'channelCoupling',
    make: (dim) => channelCoupling(pictureOf(dim), { ...net, residual: true, blocks: 1, activation: 'relu' }),
    dims: [24],
    ...couplingScales,
  }),
  flowCase({
    name: 'channel-coupling of splines',
    madeBy: 'channelCoupling',
    make: (dim) => channelCoupling(pictureOf(dim), { ...net, map: 'spline', bins: 3 }),
    dims: [16],
    scales: { small: 0.05, trained: 0.2 },
  }),
  flowCase({
    name: 'checkerboard-coupling',
    madeBy: 'checkerboardCoupling',
    make: (dim) => checkerboardCoupling(pictureOf(dim), net),
    dims: [16, 24],
    ...couplingScales,
  }),
  flowCase({
    name: 'checkerboard-coupling, additive, of the other colour',
    madeBy: 'checkerboardCoupling',
    make: (dim) => checkerboardCoupling(pictureOf(dim), { ...net, map: 'additive', swap: true }),
    dims: [24],
    ...couplingScales,
    volumePreserving: true,
  }),
  flowCase({
    name: 'checkerboard-coupling beside a context',
    madeBy: 'checkerboardCoupling',
    make: (dim) => checkerboardCoupling(pictureOf(dim), { ...net, context: 1 }),
    dims: [24],
    ...couplingScales,
  }),
];
