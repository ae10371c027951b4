// The difference of each method from the reference, with its own error.
import {
  bootstrapInterval,
  type CrossedDifference,
  type CrossedParts,
  crossedDifference,
  differenceOfParts,
  differencesByPoint,
  holm,
  type Interval,
  type MethodScores,
  methodScores,
  pairedDifference,
  permutationTest,
  signFlipTests,
  summarise,
} from '@flowvae/comparison';
import { fold, type Key, key } from '@flowvae/random';
import type { Group } from './groups.ts';
import type { Measure } from './measures.ts';

/**
 * The question that a p-value answers. `methods`: whether other seeds and other data points would differ too. `models`:
 * whether these trained models differ on other data points; with one seed of a method, its error over seeds is not
 * known.
 */
type Question = 'methods' | 'models';

/** How the error was found: from scores at the same rows, from the errors of both reports, or from seeds alone. */
type ErrorSource = 'paired rows' | 'unpaired rows' | 'seeds alone';

/** A difference from the reference. */
export interface GroupDifference {
  /** The method's mean minus that of the reference. */
  readonly value: number;
  /** NaN where it is not known. */
  readonly se: number;
  readonly df: number;
  readonly interval: Interval;
  readonly question: Question;
  readonly source: ErrorSource;
  /** Not corrected. */
  readonly p: number;
  /** Corrected for all comparisons of the table. */
  readonly correctedP: number;
  /** The parts of the variance, for the number of further seeds. */
  readonly parts: CrossedParts;
  /** Test rows, of a difference at the same rows. */
  readonly rows?: number;
  /** Of the trained models, by the bootstrap over the same rows. */
  readonly bootstrap?: Interval;
  /** Of the trained models, by the sign-flip test over the same rows. */
  readonly signFlipP?: number;
  /** Of the seeds' means on these test rows, by the permutation test; with 3 against 3 seeds at least 0.1. */
  readonly permutationP?: number;
}

/** A method as its differences need it. */
interface Compared {
  readonly group: Group;
  /** Of each seed. */
  readonly means: readonly number[];
  /** Standard errors over rows, of each seed whose report tells one. */
  readonly errors: readonly number[];
  readonly scores: MethodScores | undefined;
}

/** The differences of all groups, and the place of the reference. */
export interface Differences {
  readonly reference: number;
  /** One for each group; none for the reference. */
  readonly differences: readonly (GroupDifference | undefined)[];
  /** The comparisons for which p was corrected. */
  readonly comparisons: number;
}

/** Options of {@link groupDifferences}. */
export interface DifferenceOptions {
  readonly metric: Measure;
  readonly level: number;
  /** The group that the user names; absent: the one with the best mean. */
  readonly baseline: number | undefined;
}

/**
 * Differences from the reference. The best of several methods was chosen by the same scores, so p is corrected for the
 * comparisons of all pairs; beside a baseline of the user's, or the first group, for those that are made.
 */
export function groupDifferences(groups: readonly Group[], options: DifferenceOptions): Differences {
  const { metric, level, baseline } = options;
  const compared = groups.map((group) => comparedGroup(group, metric));
  const reference = baseline ?? bestOf(compared, metric);
  const others = [...groups.keys()].filter((i) => i !== reference);
  const pairs = others.map((i) => [i, reference] as const);
  if (baseline === undefined && metric.direction !== 'unknown')
    pairs.push(...others.flatMap((a) => others.filter((b) => b > a).map((b) => [a, b] as const)));
  const root = fold(key(0), 'compare', metric.name);
  const signFlips = signFlipsOf(compared, pairs, root);
  const tested = pairs.map(([a, b], i) => withQuestion(compared[a]!, compared[b]!, { level, signFlipP: signFlips[i] }));
  const corrected = holm(tested.map(({ p }) => p));
  const differences = groups.map((group, i) => {
    if (i === reference) return undefined;
    const at = others.indexOf(i);
    const beside = besides(compared[i]!, compared[reference]!, { level, key: fold(root, 'pair', group.label) });
    return { ...tested[at]!, ...beside, correctedP: corrected[at]! };
  });
  return { reference, differences, comparisons: pairs.length };
}

/** The place of the best mean; where the direction is not known, the first group. */
function bestOf(compared: readonly Compared[], { direction }: Measure): number {
  if (direction === 'unknown') return 0;
  const sign = direction === 'lower' ? 1 : -1;
  const means = compared.map((each) => sign * summarise(each.means).mean);
  return means.indexOf(Math.min(...means));
}

function comparedGroup(group: Group, metric: Measure): Compared {
  const scores = group.runs.map((run) => metric.scoresOf?.(run));
  const isScored = scores.every((each) => each !== undefined);
  return {
    group,
    means: group.runs.map((run) => metric.of(run)!),
    errors: group.runs.flatMap((run) => metric.errorOf?.(run) ?? []),
    scores: isScored ? methodScores(scores) : undefined,
  };
}

/** The p-values of the trained models, for pairs with scores of both. */
function signFlipsOf(
  compared: readonly Compared[],
  pairs: readonly (readonly [number, number])[],
  root: Key,
): readonly (number | undefined)[] {
  const scored = compared.flatMap(({ scores }, i) => (scores ? [i] : []));
  if (scored.length < 2) return pairs.map(() => undefined);
  const columns = scored.map((i) => compared[i]!.scores!.byPoint);
  const places = pairs.map(([a, b]) => [scored.indexOf(a), scored.indexOf(b)] as const);
  const isScored = ([a, b]: readonly [number, number]) => a >= 0 && b >= 0;
  const tests = signFlipTests(columns, places.filter(isScored), { key: fold(root, 'signs') });
  let next = 0;
  return places.map((place) => (isScored(place) ? tests[next++]!.p : undefined));
}

/** A difference before correction. */
type Tested = Omit<GroupDifference, 'correctedP'>;

function withQuestion(
  a: Compared,
  b: Compared,
  { level, signFlipP }: { readonly level: number; readonly signFlipP: number | undefined },
): Tested {
  const hasSeeds = a.means.length > 1 && b.means.length > 1;
  const crossed = crossedOf(a, b, level);
  const { difference, source } = crossed;
  const common = {
    source,
    parts: difference.parts,
    ...(a.scores && b.scores ? { rows: a.scores.byPoint.length } : {}),
    ...(signFlipP === undefined ? {} : { signFlipP }),
  };
  if (hasSeeds) return { ...valuesOf(difference), ...common, question: 'methods' };
  const { value, se, df, interval, p } = ofModels(a, b, difference, level);
  return { value, se, df, interval, ...common, question: 'models', p: signFlipP ?? p };
}

const valuesOf = ({ value, se, df, interval, p }: CrossedDifference) => ({ value, se, df, interval, p });

/** The difference of trained models over data points: without the error of seeds. */
function ofModels(
  { scores: a }: Compared,
  { scores: b }: Compared,
  { value, parts }: CrossedDifference,
  level: number,
) {
  if (a && b) return pairedDifference(differencesByPoint(a, b), level);
  const unknown = { variance: Number.NaN, df: 0 };
  const none = { variance: 0, df: 1 };
  const points = parts.points.variance > 0 ? parts.points : unknown;
  return differenceOfParts(value, { seeds: [none, none], points }, level);
}

/** The difference with all known parts of its error. */
function crossedOf(
  a: Compared,
  b: Compared,
  level: number,
): { readonly difference: CrossedDifference; readonly source: ErrorSource } {
  if (a.scores && b.scores) {
    return { difference: crossedDifference(a.scores, b.scores, level), source: 'paired rows' };
  }
  const [sa, sb] = [summarise(a.means), summarise(b.means)];
  const seeds = [sa, sb].map(({ se, n }) => ({ variance: se * se, df: n - 1 })) as [
    CrossedParts['seeds'][0],
    CrossedParts['seeds'][1],
  ];
  const points = unpairedPoints(a, b);
  const difference = differenceOfParts(sa.mean - sb.mean, { seeds, points }, level);
  return { difference, source: points.variance > 0 ? 'unpaired rows' : 'seeds alone' };
}

/** The errors over rows that both reports tell. They do not cancel, so their sum is rather too large than too small. */
function unpairedPoints(a: Compared, b: Compared): CrossedParts['points'] {
  const [errorA, errorB] = [a, b].map(({ errors }) => summarise(errors).mean) as [number, number];
  const variance = errorA ** 2 + errorB ** 2;
  return Number.isNaN(variance) ? { variance: 0, df: 1 } : { variance, df: 1e6 };
}

/** Further answers of single pairs. */
function besides(
  a: Compared,
  b: Compared,
  { level, key: root }: { readonly level: number; readonly key: Key },
): Pick<GroupDifference, 'bootstrap' | 'permutationP'> {
  const hasSeeds = a.means.length > 1 && b.means.length > 1;
  return {
    ...(a.scores && b.scores
      ? {
          bootstrap: bootstrapInterval(differencesByPoint(a.scores, b.scores), { key: fold(root, 'bootstrap'), level }),
        }
      : {}),
    ...(hasSeeds ? { permutationP: permutationTest(a.means, b.means, { key: fold(root, 'permutation') }).p } : {}),
  };
}
