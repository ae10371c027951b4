// Priors of rows that make them themselves, such as those of a plug-in.
import type { Prior } from '@flowvae/flows';
import { ExpectationError } from '@flowvae/tensor';
import type { PriorChoice } from './prior-choice.ts';
import type { OwnPriorRow, PriorTerm } from './prior-table.ts';

/** The prior of a row, checked when it is made; nobody knows its size before. */
export const ownPrior = ({ text, name, count }: PriorTerm, { make }: OwnPriorRow): PriorChoice => ({
  name: text,
  parameters: () => 0,
  make: (place) => checkedPrior(make({ ...place, count }), `prior ${name}: make`),
});

/** @throws ExpectationError for a value that is no prior */
function checkedPrior(made: unknown, where: string): Prior {
  const { variables, distribution } = (typeof made === 'object' && made !== null ? made : {}) as Partial<Prior>;
  const [draws, scores] = [typeof distribution?.sampleAndLogProb, typeof distribution?.logProb];
  if (typeof variables === 'object' && draws === 'function' && scores === 'function') return made as Prior;
  throw new ExpectationError({
    where,
    expected: 'a prior, with variables (object) and distribution (sampleAndLogProb and logProb)',
    received: `variables ${typeof variables}, sampleAndLogProb ${draws}, logProb ${scores}`,
  });
}
