// The prior of a perceptron VAE: a flow of N(0, I), a prior of its own, or a normal that depends on the condition,
// before a flow or alone.
import { type ConditionalPrior, conditionalPrior, flowPrior, type InvertibleFlow, type Prior } from '@flowvae/flows';
import { fold } from '@flowvae/random';
import { ExpectationError, underPrefixes } from '@flowvae/tensor';
import { type MlpOptions, mlp } from '../networks/network.ts';
import type { PriorChoice, PriorPlace } from '../priors/prior-choice.ts';

/** How a prior depends on the condition. */
export interface ConditionalPriorChoice {
  /** Widths of a perceptron's hidden layers between condition and heads; none: linear heads. Default none. */
  readonly hidden?: readonly number[];
}

/** The facts that decide a prior. */
interface PriorOptions {
  readonly prior: InvertibleFlow | PriorChoice | undefined;
  /** Width C of the condition. */
  readonly conditionWidth: number;
  /** Absent: the prior does not depend on the condition. */
  readonly conditional: ConditionalPriorChoice | undefined;
  readonly activation: MlpOptions['activation'];
}

/** Whether a prior is one of its own, no flow. */
export const isPriorChoice = (prior: InvertibleFlow | PriorChoice): prior is PriorChoice => 'make' in prior;

/** A place whose encoder takes a condition, which data of a prior's own do not have. */
const withoutEncoder = ({ name }: PriorChoice, place: PriorPlace): PriorPlace => ({
  ...place,
  encoded() {
    throw new ExpectationError({
      where: 'mlpVae: prior',
      expected: 'one that encodes no data of its own, beside a condition',
      received: name,
    });
  },
});

/**
 * The prior; undefined for N(0, I).
 *
 * @throws ExpectationError for a conditional prior that is no flow; from the prior, if it encodes data of its own
 * beside a condition
 */
export function priorOfOptions(options: PriorOptions, place: PriorPlace): Prior | ConditionalPrior | undefined {
  const { prior, conditional } = options;
  if (prior && isPriorChoice(prior)) {
    if (!conditional) return prior.make(options.conditionWidth > 0 ? withoutEncoder(prior, place) : place);
    throw new ExpectationError({
      where: 'mlpVae: prior',
      expected: 'a flow, or none, beside a conditional prior',
      received: prior.name,
    });
  }
  const { latent, key } = place;
  if (!conditional) return prior && flowPrior(prior, key);
  const { hidden = [] } = conditional;
  const { conditionWidth, activation } = options;
  if (hidden.length === 0) return conditionalPrior({ latent, conditionWidth, flow: prior, key });
  const network = mlp({ inputWidth: conditionWidth, hidden, activation, key: fold(key, 'network') });
  const headed = conditionalPrior({ latent, conditionWidth: network.outputWidth, flow: prior, key });
  return {
    ...headed,
    variables: { ...underPrefixes({ network: network.variables }), ...headed.variables },
    at: (condition) => headed.at(network.apply(condition)),
  };
}
