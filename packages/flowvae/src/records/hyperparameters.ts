// The settings and results of a run as other programs compare runs by them. Loads no tensor library.
import type { Hyperparameters } from '@flowvae/runs';
import { bestOf, isValidation } from '@flowvae/runs/plain';
import { withoutRecords } from '../config/setting/record-fields.ts';
import { recordedInEffect } from '../definition/settings-in-effect.ts';

type Fields = Readonly<Record<string, unknown>>;

/**
 * The settings in the config of a run, without those that have no effect on a density; those of the user's module as
 * `set.<name>`, lists joined by commas.
 */
export function hyperparametersOf(recorded: Fields): Hyperparameters {
  const { config, set } = recordedInEffect(recorded);
  const ofModule = Object.entries(set).map(([name, value]) => [`set.${name}`, value] as const);
  const given = Object.entries(withoutRecords(config)).filter(([, value]) => value !== undefined);
  return Object.fromEntries([...given, ...ofModule].map(([name, value]) => [name, plain(value)]));
}

function plain(value: unknown): string | number | boolean {
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  return Array.isArray(value) || typeof value !== 'object' ? String(value) : JSON.stringify(value);
}

/** Names of a report's numbers, and the tags that other programs show them under. */
const tags: Readonly<Record<string, string>> = {
  testElbo: 'test/elbo',
  testElboStandardError: 'test/elboStandardError',
  testNll: 'test/nll',
  testNllStandardError: 'test/nllStandardError',
  testBitsPerDimension: 'test/bitsPerDimension',
  testBitsPerDimensionStandardError: 'test/bitsPerDimensionStandardError',
  testInferenceGap: 'test/inferenceGap',
  elbo: 'target/elbo',
  elboError: 'target/elboStandardError',
  logZ: 'target/logZ',
  logZError: 'target/logZStandardError',
  paretoK: 'target/paretoK',
};

/** The numbers that runs are judged by: those of the report, and the best validation bound; nats. */
export function resultsOf(report: object, entries: readonly { readonly step: number }[]): Record<string, number> {
  const best = bestOf(entries.filter(isValidation))?.validation.elbo;
  const found = Object.entries(report).flatMap(([name, value]) =>
    Object.hasOwn(tags, name) && typeof value === 'number' ? [[tags[name]!, value] as const] : [],
  );
  return { ...Object.fromEntries(found), ...(best === undefined ? {} : { 'validation/best': best }) };
}
