// Priors of the table as options of a model.
import { mixturePrior } from './mixture-prior.ts';
import type { PriorChoice, PriorPlace } from './prior-choice.ts';
import { type PriorName, type PriorTerm, readPrior } from './prior-table.ts';
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
export const makePrior = ({ text, name, count }: PriorTerm): PriorChoice => ({
  name: text,
  parameters: (widths) => makers[name].parameters(count, widths),
  make: (place) => makers[name].make(count, place),
});

/** The prior of a text such as `mixture(20)` or `vamp(500)`; undefined for other texts. Errors: {@link readPrior}. */
export function parsePrior(text: string): PriorChoice | undefined {
  const term = readPrior(text);
  return term && makePrior(term);
}
