// Flows of pictures on several scales.
import { channelMix, factorOut, glow, type ImageShape, imageNice, imageRealnvp } from '@flowvae/flows';
import { flowCase } from './flow-case.ts';

/** On its last scale every edge of a 3 × 3 window still reaches a pixel. */
const picture: ImageShape = [8, 4, 1];

/** A network that a law can run through D² times on plain JavaScript. */
const net = { width: 2 };

const multiScale = { dims: [32], startsAs: 'a map of volume 1' } as const;

export const multiScaleFlowCases = [
  flowCase({
    name: 'factor-out of channel-mix',
    madeBy: 'factorOut',
    make: () => factorOut([2, 4, 4], channelMix([2, 4, 2])),
    scales: { small: 0.1, trained: 0.4 },
    ...multiScale,
  }),
  flowCase({
    name: 'glow(2,1)',
    madeBy: 'glow',
    make: () => glow(picture, { ...net, steps: 1 }),
    scales: { small: 0.1, trained: 0.3 },
    ...multiScale,
  }),
  flowCase({
    name: 'image-nice(2)',
    madeBy: 'imageNice',
    make: () => imageNice([4, 2, 3], { ...net, couplings: 2 }),
    dims: [24],
    scales: { small: 0.1, trained: 0.3 },
  }),
  flowCase({
    name: 'image-realnvp(1)',
    madeBy: 'imageRealnvp',
    make: () => imageRealnvp(picture, net),
    scales: { small: 0.1, trained: 0.2 },
    ...multiScale,
  }),
];
