// Likelihoods of rows that make them themselves, such as those of a plug-in.
import { ExpectationError } from '@flowvae/tensor';
import type { Likelihood } from './likelihood.ts';
import type { LikelihoodTerms, OwnLikelihoodRow } from './likelihood-table.ts';

type Made = ReturnType<OwnLikelihoodRow['make']>;

/**
 * The likelihood of a row, with the sizes of its start checked whenever a model asks for it.
 *
 * @throws ExpectationError for a value that is no likelihood, and from `start` for a bias of another length
 */
export function ownLikelihood(row: OwnLikelihoodRow, { name, argument, covariate }: LikelihoodTerms): Made {
  const asked = { ...(argument === undefined ? {} : { argument }), ...(covariate === undefined ? {} : { covariate }) };
  const made = checkedLikelihood(row.make(asked), `likelihood ${name}: make`);
  const start: Likelihood['start'] = (mean, deviation) => {
    const started = made.start(mean, deviation);
    refuseOtherSize(started.bias.length, made.outputsPerPixel * mean.length, name);
    return started;
  };
  return { ...made, start, at: (...given) => made.at(...given) };
}

function checkedLikelihood(made: unknown, where: string): Made {
  const found = (typeof made === 'object' && made !== null ? made : {}) as Partial<Made>;
  const { outputsPerPixel, start, at } = found;
  const hasOutputs = Number.isInteger(outputsPerPixel) && Number(outputsPerPixel) > 0;
  if (hasOutputs && typeof start === 'function' && typeof at === 'function') return made as Made;
  const expected = 'a likelihood, with outputsPerPixel (a whole number from 1), start (function) and at (function)';
  const received = `outputsPerPixel ${outputsPerPixel}, start ${typeof start}, at ${typeof at}`;
  throw new ExpectationError({ where, expected, received });
}

function refuseOtherSize(found: number, wanted: number, name: string): void {
  if (found === wanted) return;
  const [where, expected] = [`likelihood ${name}: start`, `a bias of ${wanted} numbers, one for each decoder output`];
  throw new ExpectationError({ where, expected, received: String(found) });
}
