// Whether the rest of a config allows its objective.
import { hasInverse, readFlowFormula } from '@flowvae/flows/plain';
import { readObjective } from '@flowvae/objectives/plain';
import { ExpectationError } from '@flowvae/tensor/plain';
import { flagOf, type SettingName, type TrainConfig } from './settings.ts';

/**
 * @param nameOf how errors name a setting
 * @throws ExpectationError where the formula is none, or the gradient, the schedule or the model does not go with it
 */
export function refuseObjective(config: TrainConfig, nameOf: (name: SettingName) => string): void {
  const { objective, gradient, anneal, flow, prior, latent } = config;
  const { gradients, isTempered, needs } = readObjective(objective);
  const refuse = (name: SettingName, expected: string, received: string, remedy = '') => {
    throw new ExpectationError({ where: nameOf(name), expected, received, remedy });
  };
  const named = `${flagOf('objective')} ${objective}`;
  if (!gradients.includes(gradient)) refuse('gradient', `${gradients.join(' or ')} beside ${named}`, gradient);
  if (!isTempered && anneal !== 'none') refuse('anneal', `none beside ${named}`, anneal);
  const need = needs(gradient);
  const scores = flow === 'none' || readFlowFormula(flow, latent).every(hasInverse);
  if (need === 'scorable' && !scores) {
    const beside = gradient === 'path' ? named : `${flagOf('gradient')} ${gradient}`;
    refuse('flow', `none or a flow with an inverse beside ${beside}, which scores draws under log q`, flow);
  }
  if (need === 'factorised' && (flow !== 'none' || prior !== 'none')) {
    const beside = `none beside ${named}, which needs a divergence in closed form`;
    refuse(flow === 'none' ? 'prior' : 'flow', beside, flow === 'none' ? prior : flow, remedyFor(objective));
  }
}

const remedyFor = (objective: string) =>
  objective.startsWith('free-bits')
    ? 'free-bits-total has one floor for any posterior'
    : `${objective.replace('-analytic', '')} samples it`;
