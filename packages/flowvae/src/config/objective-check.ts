// Whether the rest of a config allows its objective.
import { hasInverse } from '@flowvae/flows/plain';
import { ExpectationError } from '@flowvae/tensor/plain';
import type { Formulas } from './formulas.ts';
import { flagOf, type SettingName, settings, type TrainConfig } from './settings.ts';

/**
 * @param nameOf names a setting in errors
 * @throws ExpectationError if the gradient, the schedule or the model does not fit the objective
 */
export function refuseObjective(config: TrainConfig, formulas: Formulas, nameOf: (name: SettingName) => string): void {
  const { objective, gradient, anneal } = config;
  const { gradients, isTempered, needs } = formulas.objective;
  const refuse = (name: SettingName, expected: string, received: string, remedy = '') => {
    throw new ExpectationError({ where: nameOf(name), expected, received, remedy });
  };
  const named = `${flagOf('objective')} ${objective}`;
  if (!gradients.includes(gradient)) refuse('gradient', `${gradients.join(' or ')} beside ${named}`, gradient);
  if (!isTempered && anneal !== settings.anneal.fallback) refuse('anneal', `none beside ${named}`, anneal);
  const need = needs(gradient);
  const { flow = [], prior = [], namedPrior } = formulas;
  if (need === 'scorable' && !flow.every(hasInverse)) {
    const beside = gradient === 'path' ? named : `${flagOf('gradient')} ${gradient}`;
    refuse('flow', `none or a flow with an inverse beside ${beside}, which scores draws under log q`, config.flow);
  }
  const learnt = flow.length > 0 ? 'flow' : 'prior';
  if (need === 'factorised' && (namedPrior || flow.length + prior.length > 0)) {
    const beside = `none beside ${named}, which needs a divergence in closed form`;
    refuse(learnt, beside, config[learnt], remedyFor(objective));
  }
  if (need === 'factorised' && config.conditionalPrior === 'yes') {
    const expected = `no beside ${named}, which needs the divergence to N(0, I)`;
    refuse('conditionalPrior', expected, 'yes', remedyFor(objective));
  }
}

const remedyFor = (objective: string) =>
  objective.startsWith('free-bits')
    ? 'free-bits-total has one floor for any posterior'
    : `${objective.replace('-analytic', '')} samples it`;
