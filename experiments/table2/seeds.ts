// Runs that differ by their seed only, as one row: means and standard errors.
import { ExpectationError } from 'flowvae';
import { otherBits } from '../reproduce/own-data.ts';
import type { VaeResult } from '../reproduce/vae-result.ts';

/** A mean over seeds; the error is over seeds, or over images for one seed, NaN if the run does not give it. */
export interface Estimate {
  readonly mean: number;
  readonly error: number;
}

/** Runs of one network, length and flow. */
export interface Group {
  readonly architecture: string;
  /** The architecture, and the scaling of the flow's heads if it is not as published. */
  readonly network: string;
  readonly heads: VaeResult['settings']['heads'];
  /** Whether the bits are the project's own draw. */
  readonly isUsualDraw: boolean;
  readonly steps: number;
  /** {@link familyOf} */
  readonly family: Family;
  readonly k: number;
  readonly seeds: number;
  /** Importance samples behind `nll`. */
  readonly samples: number;
  readonly validation: Estimate;
  readonly elbo: Estimate;
  readonly nll: Estimate;
  readonly closeNll: Estimate;
  /** KL(q‖p(z|x)) as the paper estimates it: the bound minus −ln p(x). */
  readonly kl: Estimate;
}

/** Groups in the order of network, length, flow and K. @throws ExpectationError if two results are of one run */
export function groups(results: readonly VaeResult[]): Group[] {
  const byRow = grouped(results, (run) => [networkOf(run), run.steps, flowOf(run)].join(' '));
  return [...byRow.values()].map(groupOf).toSorted(byPlace);
}

/** The name of a network in tables, and the bits that it saw, if they are not the usual ones. */
export const networkOf = (run: VaeResult): string =>
  [run.architecture, ...(run.settings.heads === 'scaled' ? ['scaled heads'] : []), ...otherBits(run)].join(', ');

/** Items by a name, names in the order of their first item. */
export function grouped<T>(items: readonly T[], nameOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(nameOf(item), [...(groups.get(nameOf(item)) ?? []), item]);
  return groups;
}

const architectures = ['oxford', 'oxford-bounded', 'maxout'];
/** Flows in the order of tables and figures. */
export const families = [
  'none',
  'planar',
  'nice-planar',
  'nice-planar*K-affine',
  'nice-perm',
  'nice-perm(80), shared',
] as const;

/** One of {@link families}. */
export type Family = (typeof families)[number];

/** A run's flow as formulas write it, and whether its parameters are the same for all images. */
export const flowOf = ({ flow, settings }: VaeResult): string =>
  `${flow}${settings.amortize === 'base' ? ', shared' : ''}`;

/**
 * {@link flowOf} without the number of layers, which is K inside a formula. @throws ExpectationError for a flow that
 * the tables do not know
 */
export function familyOf(run: VaeResult): Family {
  const name = flowOf(run)
    .replace(/\*\d+-/, '*K-')
    .replace(/\*\d+/, '');
  const family = families.find((each) => each === name);
  if (family) return family;
  throw new ExpectationError({ where: 'table2: flow', expected: families.join(', '), received: name });
}

/** By flow, then by length. */
export const byFlow = (a: VaeResult, b: VaeResult): number =>
  families.indexOf(familyOf(a)) - families.indexOf(familyOf(b)) || a.k - b.k;

function byPlace(a: Group, b: Group): number {
  return (
    architectures.indexOf(a.architecture) - architectures.indexOf(b.architecture) ||
    a.network.localeCompare(b.network) ||
    a.steps - b.steps ||
    families.indexOf(a.family) - families.indexOf(b.family) ||
    a.k - b.k
  );
}

function groupOf(runs: readonly VaeResult[]): Group {
  const { architecture, steps, flow, k } = runs[0]!;
  const network = networkOf(runs[0]!);
  const { heads } = runs[0]!.settings;
  refuseTwins(runs, `${network}, ${flow}, ${steps} steps`);
  const over = (value: (run: VaeResult) => number, errorOfOne: (run: VaeResult) => number) =>
    estimate(runs.map(value), errorOfOne(runs[0]!));
  return {
    architecture,
    network,
    heads,
    isUsualDraw: otherBits(runs[0]!).length === 0,
    steps,
    family: familyOf(runs[0]!),
    k,
    seeds: runs.length,
    samples: runs[0]!.samples,
    validation: over(
      (run) => run.validationNegativeElbo,
      () => Number.NaN,
    ),
    elbo: over(
      (run) => run.testNegativeElbo,
      (run) => run.testNegativeElboStandardError,
    ),
    nll: over(
      (run) => run.nll200,
      (run) => run.nll200StandardError,
    ),
    closeNll: over(
      (run) => run.nll5000,
      (run) => run.nll5000StandardError,
    ),
    kl: over(
      (run) => run.testNegativeElbo - run.nll200,
      (run) => run.kl200StandardError ?? Number.NaN,
    ),
  };
}

function refuseTwins(runs: readonly VaeResult[], where: string): void {
  const seeds = runs.map(({ seed }) => seed);
  if (new Set(seeds).size === seeds.length) return;
  throw new ExpectationError({ where, expected: 'one result for each seed', received: `seeds ${seeds.join(', ')}` });
}

function estimate(values: readonly number[], errorOfOne: number): Estimate {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  if (values.length === 1) return { mean, error: errorOfOne };
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  return { mean, error: Math.sqrt(variance / values.length) };
}
