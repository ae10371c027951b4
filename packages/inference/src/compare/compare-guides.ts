// Several guides fitted to one target, ranked by their bounds.
import { type NamedVariables, parameterCount } from '@flowvae/tensor';
import { NonFiniteError } from '@flowvae/training';
import type { TargetEstimate } from '../fit/estimate-target.ts';
import type { FitTargetOptions } from '../fit/fit-options.ts';
import { fitTarget } from '../fit/fit-target.ts';

/** The numbers of an estimate by which guides are compared. */
type Compared = Pick<
  TargetEstimate,
  'elbo' | 'elboError' | 'logZ' | 'logZError' | 'paretoK' | 'effectiveSampleSize' | 'samples'
>;

/** One guide in a comparison; nats. */
export interface GuideRow extends Compared {
  /** Its word. */
  readonly guide: string;
  readonly parameters: number;
  /** From start to result, compilation included. */
  readonly seconds: number;
  /** The reason why there is no estimate: the fit diverged. Its numbers are NaN. */
  readonly failure?: string;
}

/** Options of {@link compareGuides}: those of each fit. */
export type CompareGuidesOptions = Omit<FitTargetOptions, 'flow' | 'from' | 'callbacks'>;

/** A target, as `fitTarget` takes it. */
type AnyTarget = Parameters<typeof fitTarget>[0];

/**
 * Fits guides to a target one after the other, and ranks them by the ELBO.
 *
 * @param target as for `fitTarget`
 * @param words of guides, as for `makeGuide`
 * @returns the best first; a guide whose fit diverged stands last, with the reason
 * @throws ExpectationError as `fitTarget` does
 */
export async function compareGuides(
  target: AnyTarget,
  words: readonly string[],
  options: CompareGuidesOptions,
): Promise<readonly GuideRow[]> {
  const rows: GuideRow[] = [];
  for (const guide of words) {
    if (options.signal?.aborted) break;
    rows.push(await rowOf(target, guide, options));
  }
  return rankedGuides(rows);
}

async function rowOf(target: AnyTarget, guide: string, options: CompareGuidesOptions): Promise<GuideRow> {
  const began = performance.now();
  const secondsSince = () => (performance.now() - began) / 1000;
  try {
    const fitted = await fitTarget(target, { ...options, flow: guide });
    const { variables } = fitted.guide;
    const row = {
      guide,
      ...comparedIn(fitted.estimate),
      parameters: parameterCount(variables),
      seconds: secondsSince(),
    };
    dispose(variables);
    return row;
  } catch (error) {
    if (!(error instanceof NonFiniteError)) throw error;
    return failedRow(guide, { failure: error.message, seconds: secondsSince(), parameters: Number.NaN });
  }
}

function comparedIn(estimate: Compared): Compared {
  const { elbo, elboError, logZ, logZError, paretoK, effectiveSampleSize, samples } = estimate;
  return { elbo, elboError, logZ, logZError, paretoK, effectiveSampleSize, samples };
}

/** The row of a guide whose fit diverged. */
export function failedRow(
  guide: string,
  facts: Pick<GuideRow, 'seconds' | 'parameters'> & { failure: string },
): GuideRow {
  const { NaN: none } = Number;
  const numbers = {
    elbo: none,
    elboError: none,
    logZ: none,
    logZError: none,
    paretoK: none,
    effectiveSampleSize: none,
  };
  return { guide, ...numbers, samples: 0, ...facts };
}

/** Rows by their ELBO, the greatest first; rows without one last. */
export const rankedGuides = <R extends GuideRow>(rows: readonly R[]): readonly R[] =>
  rows.toSorted((a, b) => orderOf(b.elbo) - orderOf(a.elbo));

const orderOf = (elbo: number): number => (Number.isFinite(elbo) ? elbo : -Number.MAX_VALUE);

const dispose = (variables: NamedVariables): void => {
  for (const variable of Object.values(variables)) variable.dispose();
};
