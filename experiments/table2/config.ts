// Which models are trained on MNIST, and for how long.
import type { TrainConfig } from 'flowvae';
import type { ScaleName } from '../reproduce/experiment.ts';
import type { VaeEntry } from '../reproduce/vae-entry.ts';

/**
 * The networks, and how the heads of their flows take the encoder's features: as they are, as in the published code,
 * or divided by the root of their number. As they are, RMSprop's first steps, ten times as long as later ones, may
 * drive planar layers onto the flat ends of their tanh, and some stay there.
 */
const networks = {
  oxford: { architecture: 'oxford' },
  'oxford-bounded': { architecture: 'oxford-bounded', heads: 'scaled' },
  maxout: { architecture: 'maxout' },
} as const satisfies Readonly<Record<string, Partial<TrainConfig>>>;

/** A flow of the list: its formula, the name of its runs, and whether all images share its parameters. */
interface Flow {
  readonly family: string;
  readonly k: number;
  readonly flow: string;
  readonly amortize?: 'base';
}

const none: Flow = { family: 'none', k: 0, flow: 'none' };
const ofLayers =
  (family: string) =>
  (k: number): Flow => ({ family, k, flow: `${family}*${k}` });
const planar = ofLayers('planar');
const nice = ofLayers('nice-perm');
const nicePlanar = ofLayers('nice-planar');
/** Near the reproduction's NICE: with a scale for each component after the last layer. */
const scaledNicePlanar = (k: number): Flow => ({ family: 'nice-planar-affine', k, flow: `nice-planar*${k}-affine` });
/** Near its other one: networks of 80 units, which do not see the image's features. */
const sharedNice = (k: number): Flow => ({
  family: 'nice-perm-shared',
  k,
  flow: `nice-perm(80)*${k}`,
  amortize: 'base',
});

/** A row of the list before seeds. */
interface Run extends Flow {
  readonly network: keyof typeof networks;
  readonly steps: number;
  /** Another draw of the static bits. */
  readonly draw?: number;
}

const at = (network: Run['network'], steps: number, flows: readonly Flow[]): Run[] =>
  flows.map((flow) => ({ network, steps, ...flow }));

/**
 * The paper's rows. For 100,000 steps there is a published validation curve; 500,000 are the paper's steps. The
 * longest runs are last.
 */
const paperRuns: readonly Run[] = [
  ...at('oxford', 100_000, [none, planar(10), nice(10), planar(20), planar(40), nice(20), planar(80)]),
  ...at('oxford-bounded', 100_000, [none, planar(40), planar(10), nice(10), planar(20), nice(20), planar(80)]),
  ...at('oxford', 100_000, [nicePlanar(10), nicePlanar(20)]),
  ...at('oxford-bounded', 100_000, [scaledNicePlanar(10), sharedNice(10), scaledNicePlanar(20), sharedNice(20)]),
  ...at('oxford-bounded', 500_000, [none, planar(10), planar(20), nice(10), nice(20), planar(40)]),
  ...at('maxout', 100_000, [none, planar(10), planar(20), planar(40), planar(80), nice(10)]),
  ...at('oxford-bounded', 500_000, [planar(80), nice(40), nice(80)]),
  ...[1, 2].map((draw) => ({ network: 'oxford-bounded', steps: 100_000, ...none, draw }) as const),
];

/** Sizes of a scale. */
interface Size {
  readonly runs: readonly Run[];
  readonly settings: Partial<TrainConfig>;
  readonly closeSamples: number;
  readonly closeImages: number;
}

const sizes: Readonly<Record<ScaleName, Size>> = {
  smoke: {
    runs: at('oxford', 20, [none, planar(2)]),
    settings: { validateEvery: 10, evalSamples: 5, evalImages: 4 },
    closeSamples: 10,
    closeImages: 3,
  },
  quick: {
    runs: at('oxford', 20_000, [none, planar(10), nice(10)]),
    settings: { validateEvery: 2000, evalSamples: 200, evalImages: 1000 },
    closeSamples: 5000,
    closeImages: 1000,
  },
  paper: {
    runs: paperRuns,
    settings: { validateEvery: 5000, evalSamples: 200, evalImages: 10_000 },
    closeSamples: 5000,
    closeImages: 1000,
  },
};

/** The paper's protocol (section 6); open points are settled as in the Oxford reproduction. */
export const protocol: Partial<TrainConfig> = {
  latent: 40,
  binarize: 'static',
  batch: 100,
  optimizer: 'rmsprop',
  lr: 1e-5,
  anneal: 'paper',
};

/** The runs of a scale; seeds outermost, so that one of each is done first. */
export function entries(scale: ScaleName, seeds: number): VaeEntry[] {
  const { runs, settings, closeSamples, closeImages } = sizes[scale];
  return Array.from({ length: seeds }, (_, seed) => seed).flatMap((seed) =>
    runs.map(({ network, family, k, flow, amortize, steps, draw }) => ({
      slug: [network, family, ...(k > 0 ? [k] : []), steps, ...(draw ? [`draw${draw}`] : []), `seed${seed}`].join('-'),
      experiment: 'table2',
      k,
      closeSamples,
      closeImages,
      settings: {
        ...protocol,
        ...settings,
        ...networks[network],
        flow,
        ...(amortize && { amortize }),
        ...(draw && { binarizeSeed: draw }),
        steps,
        seed,
      },
    })),
  );
}
