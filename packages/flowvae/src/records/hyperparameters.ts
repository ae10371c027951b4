// The settings and results of a run as other programs compare runs by them.
import type { Hyperparameters, ValidationEntry } from '@flowvae/runs';
import { bestOf } from '@flowvae/runs/plain';
import type { Plan } from '../config/plan.ts';
import { settings } from '../config/settings.ts';
import type { EvaluationReport } from '../report/report.ts';

/**
 * Every setting of a run, the number of its flow's layers as `K`, and the settings of the user's module as
 * `set.<name>`.
 */
export function hyperparametersOf({ config, flowLayers, own }: Plan): Hyperparameters {
  const given = Object.keys(settings).map((name) => [name, config[name as keyof typeof settings]] as const);
  const ofModule = Object.entries(own?.values ?? {}).map(([name, value]) => [`set.${name}`, value] as const);
  const K = own?.definition.model ? [] : [['K', flowLayers] as const];
  return Object.fromEntries([...given, ...K, ...ofModule].map(([name, value]) => [name, plain(value)]));
}

/** Lists are joined by commas, as on the command line. */
function plain(value: unknown): string | number | boolean {
  return typeof value === 'number' || typeof value === 'boolean' ? value : String(value);
}

/** The numbers that runs are judged by, under their tags in TensorBoard; nats, higher is better but for `test/nll`. */
export function resultsOf(
  { testElbo, testNll }: Pick<EvaluationReport, 'testElbo' | 'testNll'>,
  validations: readonly ValidationEntry[],
): Readonly<Record<string, number>> {
  const best = bestOf(validations)?.validation.elbo;
  return {
    ...(testElbo === null ? {} : { 'test/elbo': testElbo }),
    ...(testNll === null ? {} : { 'test/nll': testNll }),
    ...(best === undefined ? {} : { 'validation/best': best }),
  };
}
