// The table of networks by name, for programs that must not load TensorFlow.js: facts that the command checks.
import type { MlpVaeOptions } from '../models/mlp-vae.ts';
import { architectures } from './architectures.ts';
import type { NetworkMaker } from './network-pair.ts';

/** The options that a network fixes, so that `hidden` and `activation` have no say. */
export type FixedNetwork = Required<Pick<MlpVaeOptions, 'hidden' | 'activation' | 'initialisation' | 'scale'>>;

/** A row of the table; its maker stands in `networkMakers`, or in the row of a plug-in. */
export interface NetworkRow {
  /** One clause for help texts. */
  readonly summary: string;
  /** Absent: the settings decide. The last width is that of the encoder's features. */
  readonly fixed?: FixedNetwork;
  /** A network of a published experiment: it starts without the moments of the data, and its heads are plain. */
  readonly isPublished?: boolean;
}

/** A row of a table of one's own: it makes encoder and decoder itself. */
export interface OwnNetworkRow extends NetworkRow {
  readonly make: NetworkMaker;
}

/** Networks that can be named. */
export type NetworkTable = Readonly<Record<string, NetworkRow>>;

/** The width of the dense layer at the end of the convolutions, and so of the features. */
const CONVOLUTIONAL_FEATURES = 256;

const convolutionalFacts = {
  hidden: [CONVOLUTIONAL_FEATURES],
  activation: 'relu',
  initialisation: 'glorot',
  scale: 'logStd',
} as const;

const published = (fixed: FixedNetwork, summary: string) => ({ summary, fixed, isPublished: true }) as const;

/**
 * Networks by name. `mlp` is a perceptron by its settings, `architectures` are perceptrons of published experiments;
 * `conv`, `resnet` and `gated-conv` are for pictures.
 */
export const networkTable = {
  mlp: { summary: 'perceptrons by `hidden` and `activation`' },
  conv: { summary: 'two strided convolutions, for pictures', fixed: convolutionalFacts },
  resnet: { summary: 'residual blocks of convolutions, for pictures', fixed: convolutionalFacts },
  'gated-conv': published(
    {
      hidden: [CONVOLUTIONAL_FEATURES],
      activation: 'linear',
      initialisation: 'torch',
      scale: 'softplusVariance',
    },
    'gated convolutions, for pictures (van den Berg et al. 2018)',
  ),
  oxford: published(architectures.oxford, 'perceptrons of a reproduction of Rezende & Mohamed 2015'),
  'oxford-bounded': published(architectures['oxford-bounded'], 'the same with bounded variances'),
  maxout: published(architectures.maxout, 'maxout perceptrons of Rezende & Mohamed 2015'),
  pythae: published(architectures.pythae, 'perceptrons of pythae’s table'),
  'pythae-deep': published(architectures['pythae-deep'], 'the same with a second layer'),
} as const satisfies NetworkTable;

/** A name among {@link networkTable}. */
export type NetworkName = keyof typeof networkTable;
