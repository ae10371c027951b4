// Checks of the model that a user's module made.
import { isDensity } from '@flowvae/density';
import { ExpectationError } from '@flowvae/tensor';
import type { MlpVaeOptions, Model } from '@flowvae/vae';
import { flagOf, type SettingName, type TrainConfig } from '../config/settings.ts';
import { modelOptions, objectiveOptions } from './experiment-definition.ts';
import type { OwnExperiment } from './own-experiment.ts';
import type { PlannedParts } from './planned-parts.ts';
import { noteUnused } from './settings-in-effect.ts';

/** The config, which notes the settings that are read. */
export const noting = (config: TrainConfig, read: Set<SettingName>): TrainConfig =>
  new Proxy(config, {
    get(target, name) {
      if (typeof name === 'string') read.add(name as SettingName);
      return Reflect.get(target, name);
    },
    ownKeys(target) {
      for (const name of modelOptions) read.add(name);
      return Reflect.ownKeys(target);
    },
  });

/** The settings that the parts of a plan are made of. */
const settingsOfPart: Readonly<Record<string, readonly SettingName[]>> = {
  flow: ['flow', 'latent'],
  prior: ['prior'],
  likelihood: ['likelihood'],
  networks: ['architecture', 'hidden', 'activation'],
  objective: objectiveOptions,
};

/** The plan, which notes the settings whose values are read. */
export const notingPlan = <P extends PlannedParts>(plan: P, read: Set<SettingName>): P =>
  new Proxy(plan, {
    get(target, name) {
      if (name === 'config') return noting(target.config, read);
      for (const setting of settingsOfPart[String(name)] ?? []) read.add(setting);
      return Reflect.get(target, name);
    },
    ownKeys(target) {
      for (const setting of [...modelOptions, ...objectiveOptions]) read.add(setting);
      return Reflect.ownKeys(target);
    },
  });

/** The options that the built-in model takes, where a module replaces some of `mlpVae`'s. */
export function optionsBeside(replaced: Partial<MlpVaeOptions>): readonly SettingName[] {
  const own = new Set<string>(Object.keys(replaced));
  if (own.has('networks')) for (const name of ['architecture', 'hidden', 'activation']) own.add(name);
  if (own.has('posterior')) for (const name of ['flow', 'amortize', 'heads']) own.add(name);
  return modelOptions.filter((name) => !own.has(name));
}

/**
 * Notes the options that the module never read, and refuses one that the user gave: it would have no effect.
 *
 * @throws ExpectationError that names it
 */
export function refuseIgnored(
  own: OwnExperiment,
  config: TrainConfig,
  { part, read }: { readonly part: 'model' | 'objective'; readonly read: ReadonlySet<SettingName> },
): void {
  const options: readonly SettingName[] = part === 'model' ? modelOptions : objectiveOptions;
  const unread = options.filter((name) => !read.has(name));
  noteUnused(own, unread);
  const ignored = unread.find((name) => own.given?.includes(name));
  if (ignored === undefined) return;
  throw new ExpectationError({
    where: flagOf(ignored),
    expected: `an option that the ${part} of the module reads`,
    received: `${String(config[ignored])}, which it does not`,
    remedy: `leave it out, or let the module read config.${ignored}`,
  });
}

/** The fields of every model, in words, and how to tell. */
const needs: Readonly<Record<string, readonly [words: string, isMet: (value: unknown) => boolean]>> = {
  variables: ['its variables by path', (value) => typeof value === 'object' && value !== null],
  latent: ['a whole number, the width of z', (value) => Number.isSafeInteger(value) && Number(value) > 0],
  noise: ['the noise of its posterior, { kind, width }', (value) => has(value, 'kind') && has(value, 'width')],
  prior: ['a distribution with logProb and sampleAndLogProb', (value) => has(value, 'logProb') && has(value, 'noise')],
  at: ['a function of rows', (value) => typeof value === 'function'],
};

const has = (value: unknown, name: string): boolean => typeof value === 'object' && value !== null && name in value;

/** @throws ExpectationError for a density of other numbers than the data's */
export function refuseOtherWidth(model: Model, module: string, pixels: number): void {
  if (!isDensity(model) || model.latent === pixels) return;
  throw new ExpectationError({
    where: `${module}: model`,
    expected: `a density of ${pixels} numbers, as the data have`,
    received: `one of ${model.latent}`,
  });
}

/** @throws ExpectationError for a value that is no model, naming the field that is missing or of another kind */
export function checkedModel(model: unknown, module: string): Model {
  for (const [name, [words, isMet]] of Object.entries(needs)) {
    const value = (model as Readonly<Record<string, unknown>> | undefined)?.[name];
    if (isMet(value)) continue;
    throw new ExpectationError({
      where: `${module}: model: ${name}`,
      expected: words,
      received: value === undefined ? 'none' : typeof value,
      remedy: 'return what vae(…) or mlpVae(…) returns, or an object with the same fields',
    });
  }
  return model as Model;
}
