// The tried values of each setting, read from the tables of flows, likelihoods, objectives and settings: a new row
// joins by itself.
import {
  binarisations,
  completeConfig,
  type DataDescription,
  parseLikelihood,
  parseObjective,
  planOf,
  type SettingName,
  settings,
  type TrainConfig,
} from 'flowvae';
import { flowTable } from '../../../packages/flows/src/formula/flow-table.ts';
import { placeOf } from '../../../packages/flowvae/src/command/completion/words.ts';
import { objectiveTable } from '../../../packages/objectives/src/formula/objective-table.ts';
import { likelihoodTable } from '../../../packages/vae/src/likelihoods/likelihood-table.ts';
import { fitsPrior } from '../../cases/prior-flows.ts';
import { tinySettings } from '../tiny-run.ts';
import { commandNames } from './commands.ts';
import type { Factor, Row } from './covering-rows.ts';

export const LATENT = 3;

/** Small, for networks in flows, and in the range of every argument that a table declares. */
const ARGUMENT = 2;

const withArguments = (name: string, args: readonly { readonly above?: string | undefined }[]) =>
  args.length === 0 ? name : `${name}(${args.map(({ above }) => (above ? ARGUMENT + 1 : ARGUMENT)).join(',')})`;

/** Flows of pictures stay apart: a latent of 3 numbers is no picture (test/flows/picture-formulas.test.ts). */
const flows = Object.entries(flowTable).flatMap(([name, { args = [], isOfPictures }]) =>
  isOfPictures ? [] : [withArguments(name, args)],
);

const priors = flows.filter((formula) => fitsPrior(formula, LATENT));

const objectives = Object.entries(objectiveTable).map(([name, { args = [] }]) => withArguments(name, args));

/** All that describe these images: `columns` needs a table's layout, and bytes are no counts (count-tables.test.ts). */
const ofImages = Object.entries(likelihoodTable).filter(([, { data }]) => data !== 'columns' && data !== 'counts');

const likelihoods = ofImages.map(([name]) => name);

/** The same with an argument: a run each, for pairs of likelihoods and objectives are most of the rows. */
export const likelihoodsWithArgument: readonly string[] = ofImages.flatMap(([name, { argument }]) =>
  argument ? [withArguments(name, [{}])] : [],
);

/** Settings with a few values that do not go through the pairs, and why. */
export const unpaired = {
  data: 'a run has one data set',
  colours: 'of pictures only, which other tests read',
  invert: 'of arrays only, which other tests read',
  conditionalPrior: 'needs labels: test/flowvae/conditional-run.test.ts',
  architecture: 'networks of published experiments are wide: a run each',
  engine: 'the eager engine is slow: a run of its own, and tests of every kernel',
  keep: 'needs a validation, which decides nothing here',
} as const satisfies Partial<Record<SettingName, string>>;

/** Values of paired settings that have a run each instead, and why. */
export const unpairedValues = {
  adamax: { setting: 'optimizer', reason: 'it differs from adam in its update alone' },
} as const;

const choices = (Object.keys(settings) as SettingName[]).flatMap((name): Factor[] => {
  const { words } = placeOf(settings[name].placeholder);
  return words.length === 0 || Object.hasOwn(unpaired, name)
    ? []
    : [{ name, values: words.filter((word) => !Object.hasOwn(unpairedValues, word)) }];
});

/** Options of `evaluate`, one kind of it for each run. */
const evaluations = [
  '--eval-samples 3',
  '--report',
  '--ais 2 --chains 2',
  '--ais 2 --chains 2 --simulated 2 --eval-images 0',
];

/**
 * All factors. A formula of a row chains several flows, so that fewer rows do; the factor `formula` makes each flow
 * stand alone, twice over, in some row.
 */
export const factors: readonly Factor[] = [
  { name: 'flow', values: ['none', ...flows], most: 4 },
  { name: 'prior', values: ['none', ...priors], most: 5 },
  { name: 'formula', values: ['alone'] },
  { name: 'likelihood', values: likelihoods },
  { name: 'objective', values: objectives },
  ...choices,
  { name: 'evaluate', values: evaluations },
  { name: 'command', values: commandNames },
];

/** Settings that go with all values of all others. */
const permissive: Partial<TrainConfig> = {
  ...tinySettings,
  hidden: [...tinySettings.hidden],
  latent: LATENT,
  flow: 'none',
  prior: 'none',
  steps: 2,
  evalImages: 0,
};

/** The settings of a row; undefined if its formulas do not match it. */
export function settingsOf(row: Row): Partial<TrainConfig> | undefined {
  const valuesOf = (wanted: string) => row.filter(({ name }) => name === wanted).map(({ value }) => value);
  const isAlone = valuesOf('formula').length > 0;
  const formulas: Record<string, string> = {};
  for (const name of ['flow', 'prior']) {
    const values = valuesOf(name);
    if (values.length > 1 && (isAlone || values.includes('none'))) return undefined;
    if (values.length > 0) formulas[name] = isAlone && values[0] !== 'none' ? `${values[0]}*2` : values.join('-');
  }
  const given = Object.fromEntries(row.map(({ name, value }) => [name, value]));
  const {
    formula: _,
    evaluate: __,
    command: ___,
    ...settings
  } = { ...suiting(given), ...given, ...formulas } as Record<string, string>;
  return { ...permissive, ...(given.optimizer === 'sgd' ? { lr: 1e-4 } : {}), ...settings };
}

/** If one setting leaves another no choice, the first suitable value of the other. */
function suiting({ likelihood, binarize, gradient = 'path' }: Readonly<Record<string, string>>) {
  const isOf = (name: string, binarisation: string) =>
    (formOf(name) === 'bits') === !['none', 'auto'].includes(binarisation);
  const chosen = likelihood ?? likelihoods.find((each) => isOf(each, binarize ?? 'dynamic'))!;
  return {
    objective: objectives.find((each) => parseObjective(each).gradients.some((own) => own === gradient)),
    likelihood: chosen,
    binarize: binarisations.find((each) => isOf(chosen, each)),
  };
}

const formOf = (likelihood: string) => parseLikelihood(likelihood).data;

/** The images that the runs train on. */
const images: DataDescription = { shape: [6, 5, 1], form: 'levels', hasMissing: false };

/** The plan of settings on these images. @throws ExpectationError if `train` refuses them */
export const planned = (given: Partial<TrainConfig>) => planOf(completeConfig({ ...given, data: 'images' }), images);

/** Whether `train` takes the settings of a row. */
export function isAllowed(row: Row): boolean {
  const given = settingsOf(row);
  if (!given || losesDigits(row)) return false;
  try {
    planned(given);
    return true;
  } catch {
    return false;
  }
}

/**
 * Whether a draw cannot be scored in float32: `inclusive-kl` undoes the flow at its draws, and `interval` is flat to
 * rounding at the exponentials that `ordered` adds up.
 */
function losesDigits(row: Row): boolean {
  const words = row.map(({ value }) => value.replace(/\(.*/, ''));
  return ['inclusive-kl', 'ordered', 'interval'].every((word) => words.includes(word));
}
