// Priors of the table as options of a model.
import { mixturePrior } from './mixture-prior.ts';
import { ownPrior } from './own-prior.ts';
import type { PriorChoice, PriorPlace } from './prior-choice.ts';
import { type PriorName, type PriorTable, type PriorTerm, readPrior } from './prior-table.ts';
import { vampPrior } from './vamp-prior.ts';

/** How a prior of the table is made with its argument. */
interface PriorMaker {
  parameters(count: number, widths: Pick<PriorPlace, 'latent' | 'pixels'>): number;
  make(count: number, place: PriorPlace): ReturnType<PriorChoice['make']>;
}

const makers: Readonly<Record<PriorName, PriorMaker>> = {
  mixture: {
    parameters: (count, { latent }) => count * (2 * latent + 1),
    make: (count, place) => mixturePrior({ ...place, components: count }),
  },
  vamp: {
    parameters: (count, { pixels }) => count * pixels,
    make: (count, place) => vampPrior({ ...place, count }),
  },
};

/** The prior of a text that was parsed before. */
export function makePrior(term: PriorTerm): PriorChoice {
  const { text, count, row } = term;
  if (row) return ownPrior(term, row);
  const maker = makers[term.name as PriorName]; // without a row the built-in table named it
  return {
    name: text,
    parameters: (widths) => maker.parameters(count, widths),
    make: (place) => maker.make(count, place),
  };
}

/** The prior of a text such as `mixture(20)` or `vamp(500)`; undefined for other texts. Errors: {@link readPrior}. */
export function parsePrior(text: string, table?: PriorTable): PriorChoice | undefined {
  const term = readPrior(text, table);
  return term && makePrior(term);
}
