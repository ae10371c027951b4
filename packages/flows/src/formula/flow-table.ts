// Every flow that a formula can name, as data that needs no tensor library. To add one: a row here, and its maker in
// flow-makers.ts.
import type { Flow } from '../flow.ts';
import { DEFAULT_BINS, networkDefaults } from '../frames/network-sizes.ts';
import type { FlowArgument } from './flow-argument.ts';
import { pictureArguments } from './picture-arguments.ts';

/** A row. */
export interface FlowRow {
  /** In the order of the formula. */
  readonly args?: readonly FlowArgument[];
  /** The narrowest latent for the flow. Default 1. */
  readonly fewest?: number;
  /** Absent: the flow has an inverse. */
  readonly hasInverse?: false;
  /** The flow maps onto a part of R^D only, and has an inverse there. Absent: onto all of R^D. */
  readonly image?: 'part';
  /** Its arguments begin with the height, width and channels of a picture, whose product is the latent's width. */
  readonly isOfPictures?: true;
}

/** A layer of a formula, as a row's `make` is asked for it. */
export interface FlowLayerRequest {
  /** The latent's width. */
  readonly dim: number;
  /** A value for every argument that the row declares. */
  readonly args: Readonly<Record<string, number>>;
  /** The layer's place in its formula, from 0: fixed numbers of a layer, such as a permutation, may depend on it. */
  readonly place: number;
  /** Width of the features that networks inside the flow may take; 0 for none. */
  readonly contextWidth: number;
}

/** A row of a table of one's own: it makes its flow itself. */
export interface OwnFlowRow extends FlowRow {
  /** One layer; `*n` chains n of them. */
  readonly make: (asked: FlowLayerRequest) => Flow;
}

/** Flows that a formula can name. */
export type FlowTable = Readonly<Record<string, FlowRow>>;

/** Sizes of the networks inside a flow, e.g. `realnvp(32,1)*4`. */
const networkArgs: readonly FlowArgument[] = [
  { name: 'hidden', fallback: networkDefaults.hidden, from: 1, to: 4096 },
  { name: 'depth', fallback: networkDefaults.depth, from: 1, to: 8 },
];

/** Limit on the ends of an interval. */
const FARTHEST = 1e6;

/** Channels of the hidden layers of convolutional networks. */
const channelsOfNetworks: FlowArgument = { name: 'hidden', fallback: 32, from: 1, to: 1024 };

/** A flow of pictures. */
const ofPictures = (shape: 'square' | 'row' | 'pixel', fewest: number, more: readonly FlowArgument[] = []) =>
  ({ args: [...pictureArguments(shape), ...more], fewest, isOfPictures: true }) as const satisfies FlowRow;

const networked = { args: networkArgs, fewest: 2 } satisfies FlowRow;

const rows = {
  planar: {},
  'planar-leaky': {},
  householder: {},
  radial: {},
  affine: {},
  full: { fewest: 2 },
  lu: { fewest: 2 },
  permutation: {},
  actnorm: {},
  'sylvester-o': {
    args: [{ name: 'columns', fallback: (dim: number) => Math.min(dim, 8), from: 2, to: (dim: number) => dim }],
    fewest: 2,
    hasInverse: false,
  },
  'sylvester-h': { args: [{ name: 'mirrors', fallback: 8, from: 1, to: 1024 }], fewest: 2, hasInverse: false },
  'sylvester-t': { fewest: 2, hasInverse: false },
  'nice-perm': networked,
  'nice-orth': networked,
  'nice-planar': { fewest: 2 },
  realnvp: networked,
  iaf: networked,
  maf: networked,
  spline: { args: [{ name: 'bins', fallback: DEFAULT_BINS, from: 2, to: 128 }, ...networkArgs], fewest: 2 },
  positive: { image: 'part' },
  interval: {
    args: [
      { name: 'from', fallback: 0, from: -FARTHEST, to: FARTHEST, isReal: true },
      { name: 'to', fallback: 1, from: -FARTHEST, to: FARTHEST, isReal: true, above: 'from' },
    ],
    image: 'part',
  },
  ordered: { fewest: 2, image: 'part' },
  squeeze: ofPictures('square', 4),
  'image-actnorm': ofPictures('pixel', 1),
  'channel-mix': ofPictures('pixel', 2),
  'channel-coupling': ofPictures('pixel', 2, [channelsOfNetworks]),
  'checkerboard-coupling': ofPictures('row', 2, [channelsOfNetworks]),
  'image-nice': ofPictures('row', 2, [{ name: 'couplings', fallback: 4, from: 1, to: 64 }, channelsOfNetworks]),
  'image-realnvp': ofPictures('square', 16, [{ name: 'levels', fallback: 1, from: 1, to: 8 }, channelsOfNetworks]),
  glow: ofPictures('square', 4, [
    { name: 'levels', fallback: 1, from: 1, to: 8 },
    { name: 'steps', fallback: 4, from: 1, to: 64 },
    channelsOfNetworks,
  ]),
} as const satisfies Readonly<Record<string, FlowRow>>;

/** A name in the table. */
export type FlowName = keyof typeof rows;

/** A name of a flow with an inverse. */
export type InvertibleName = {
  [N in FlowName]: (typeof rows)[N] extends { readonly hasInverse: false } ? never : N;
}[FlowName];

/** The table. */
export const flowTable: Readonly<Record<FlowName, FlowRow>> = rows;

/** All names, in the order of the table. */
export const flowNames = Object.keys(flowTable) as readonly FlowName[];
