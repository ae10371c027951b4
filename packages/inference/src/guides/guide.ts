// Guides: the distributions that are fitted to a target, made from one word.
import { lowRankNormal, type Samplable, type Scorable, standardNormal } from '@flowvae/distributions';
import { type Flow, freeFlow, makeFlow, pushForward } from '@flowvae/flows';
import { drawNormal, fold, type Key } from '@flowvae/random';
import { ExpectationError, type NamedVariables, type Tensor2D, tf } from '@flowvae/tensor';
import { type GuideTerms, readGuide } from './guide-words.ts';

/** A distribution over the target's points and its trained variables. */
export interface Guide {
  /** Its word, or its flow's name. */
  readonly name: string;
  readonly variables: NamedVariables;
  /** It can be scored anywhere if its flow has an inverse. */
  readonly distribution: Samplable | (Samplable & Scorable);
  /** Whether log q at any point is cheap: by a formula, not by search or one dimension after the other. */
  readonly scoresFast: boolean;
}

/** Options of {@link makeGuide}. */
export interface GuideOptions {
  /** Dimensions of the target. */
  readonly dim: number;
  readonly key: Key;
  /** The distribution under the flow, without variables. Default N(0, I). */
  readonly base?: Samplable | undefined;
}

/**
 * Makes a guide from a word, see {@link readGuide}, from its terms, or from a flow.
 *
 * It begins near the base: near N(0, I) unless one is given.
 * @throws ExpectationError for a word that is wrong, and for a flow or base of another width
 */
export function makeGuide(guide: string | GuideTerms | Flow, { dim, key, base }: GuideOptions): Guide {
  const terms = typeof guide === 'string' ? readGuide(guide, dim) : guide;
  if ('rank' in terms) return lowRankGuide(terms, { dim, key, base });
  if (!('flow' in terms)) return flowGuide(terms.name, terms, { dim, key, base });
  return flowGuide(terms.word, makeFlow(terms.flow, dim, guideForm), { dim, key, base });
}

/**
 * How networks inside the flows of guides compute. The deviations of a target can differ by orders of magnitude: those
 * of the funnel's x, exp(v/2), by e^9 between v = −9 and 9. Its curves may go on without end, as the banana's, and it
 * may have more dimensions than the networks have hidden units.
 */
export const guideForm = { mostLogScale: 8, activation: 'relu', order: 'drawn' } as const;

function flowGuide(name: string, flow: Flow, { dim, key, base = standardNormal(dim) }: GuideOptions): Guide {
  if (flow.dim !== dim) {
    const expected = `a flow of ${dim} dimensions, as many as the target has`;
    throw new ExpectationError({ where: 'guide: flow', expected, received: String(flow.dim) });
  }
  const { variables } = freeFlow(flow, flow.initialParams(key));
  const distribution: Samplable = pushForward(base, flow, variables);
  const scoresFast = 'logProb' in distribution && !flow.slow?.includes('inverse');
  return { name, variables, distribution, scoresFast };
}

/** Standard deviation of the factor's first entries: at 0 its gradient would be 0. */
const FIRST_FACTOR = 0.01;

function lowRankGuide({ word, rank }: { word: string; rank: number }, { dim, key, base }: GuideOptions): Guide {
  if (base) {
    const expected = `none beside ${word}, which is a normal by itself`;
    throw new ExpectationError({ where: 'guide: base', expected, received: 'one' });
  }
  const factor = drawNormal(fold(key, 'factor'), dim * rank).map((value) => FIRST_FACTOR * value);
  const variables = {
    mean: tf.variable(tf.zeros([1, dim])),
    logStd: tf.variable(tf.zeros([1, dim])),
    factor: tf.variable(tf.tensor2d(factor, [dim, rank])),
  };
  const params = variables as unknown as Readonly<Record<keyof typeof variables, Tensor2D>>;
  return { name: word, variables, distribution: lowRankNormal(params), scoresFast: true };
}
