// Settings: defaults, refusals and their words, and the round trip through a config file.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { completeConfig, type SettingName, settings } from 'flowvae';
import { describe, expect, it } from 'vitest';
import { readConfigFile } from '../../packages/flowvae/src/command/checks/requirements/config-file.ts';
import { parseValue } from '../../packages/flowvae/src/config/setting/checked-values.ts';
import { flagOf } from '../../packages/flowvae/src/config/settings.ts';
import { recordedSettings } from '../../packages/flowvae/src/config/train-config.ts';

const names = Object.keys(settings) as SettingName[];

/** Texts that the command line must refuse, for every setting. */
const badTexts: Readonly<Record<SettingName, readonly string[]>> = {
  flow: [''],
  latent: ['0', '-1', '1.5', '12abc', '1e3', '', 'Infinity', '70000'],
  hidden: ['', '0', '10,', ',10', '10,x', '10 20', '1.5', new Array(33).fill('1').join(',')],
  activation: ['', 'RELU', 'sigmoid', 'toString'],
  architecture: ['', 'Oxford', 'transformer', 'constructor'],
  amortize: ['all', ''],
  heads: ['', 'Scaled', '0.5'],
  prior: [''],
  condition: [''],
  conditionalPrior: ['', 'true'],
  likelihood: [''],
  data: [''],
  splits: [''],
  splitSeed: ['-1', '1.5', 'x'],
  labels: [''],
  mask: [''],
  leaveOut: [''],
  shape: [''],
  size: [''],
  colours: ['gray', ''],
  invert: ['true', ''],
  binarize: ['yes', 'constructor'],
  binarizeSeed: ['-1', '1.5', 'x'],
  standardize: ['zscore', ''],
  batch: ['0', '-5', 'ten', '1000000001'],
  steps: ['0', '-5', '1.0', 'NaN'],
  optimizer: ['adamw', ''],
  lrMilestones: ['0', '10,', '5,x', '1e3', ' '],
  lrFactor: ['0', '1.1', '-1', 'half', ''],
  lrDecay: ['', 'linear', 'Cosine', 'constructor'],
  lrWarmup: ['-1', '1.5', '1e3', '', 'few'],
  clip: ['-1', '', 'none', 'Infinity', 'NaN', '1e400'],
  keep: ['', 'first'],
  lr: ['0', '-1', 'fast', '11', '', 'Infinity', 'NaN', '0x1', '1e400'],
  epsilon: ['0', '-1', 'small', '2', '', 'NaN', '1e400'],
  objective: [''],
  gradient: ['', 'PATH', 'toString'],
  samples: ['0', '-1', 'many', '10001'],
  anneal: ['linear', ''],
  onNonFinite: ['', 'ignore', 'toString'],
  validateEvery: ['-1', '1.5', 'often'],
  patience: ['-1', 'none'],
  seed: ['-1', '1.5', '9007199254740992', 'x'],
  evalSamples: ['0', '-1', 'many', '10000001'],
  evalImages: ['-1', 'all'],
  engine: ['gpu', ''],
  threads: ['-1', '0', '257', 'two'],
};

const badValues: Readonly<Record<SettingName, readonly unknown[]>> = {
  flow: ['', 3],
  latent: ['40', 0, 1.5],
  hidden: [400, [], [0], ['400'], '400,400'],
  activation: ['sigmoid', 1],
  architecture: ['transformer', 1],
  amortize: [true],
  heads: [1, 'none'],
  prior: ['', 3],
  condition: ['', 1],
  conditionalPrior: [true],
  likelihood: ['', 1],
  data: ['', 5],
  splits: [3],
  splitSeed: [-1, '0'],
  labels: ['', 1],
  mask: [1],
  leaveOut: [['a']],
  shape: [28, ''],
  size: [64],
  colours: [true],
  invert: [true],
  binarize: [false],
  binarizeSeed: [-1, '0'],
  standardize: [true],
  batch: [0, '100'],
  steps: [0, -1],
  optimizer: ['adamw', {}],
  lrMilestones: [100, [0], ['5'], '5'],
  lrFactor: [0, 2, '0.1'],
  lrDecay: ['linear', 1],
  lrWarmup: [-1, 0.5, '100'],
  clip: [-1, '10', Number.NaN, Number.POSITIVE_INFINITY],
  keep: ['first', true],
  lr: [0, '1e-3', Number.NaN],
  epsilon: [0, 2, '1e-8', Number.NaN],
  objective: ['', 5],
  gradient: ['reinforce', 1],
  samples: [0, '5', 1.5],
  anneal: ['linear'],
  onNonFinite: ['ignore', true],
  validateEvery: [-1, '100'],
  patience: [-1, 0.5],
  seed: [-1, 0.5, 2 ** 53],
  evalSamples: [0],
  evalImages: [-1],
  engine: ['gpu'],
  threads: [-1, 0, 257],
};

/** The suggestion for a text that is nearly a word. */
const suggestions = new Map([
  ['Oxford', '; did you mean oxford?'],
  ['gray', '; did you mean grey?'],
  ['RELU', '; did you mean relu?'],
  ['Scaled', '; did you mean scaled?'],
  ['adamw', '; did you mean adam?'],
  ['Cosine', '; did you mean cosine?'],
  ['PATH', '; did you mean path?'],
]);

describe.each(names)('%s', (name) => {
  it.each(badTexts[name].map((text) => [text]))('refuses the text %j, naming its flag', (text) => {
    expect(() => parseValue(name, settings[name], text)).toThrow(
      expect.objectContaining({
        name: 'ExpectationError',
        message: `${flagOf(name)}: expected ${settings[name].expected}, got '${text}'${suggestions.get(text) ?? ''}`,
      }),
    );
  });

  it.each(badValues[name].map((value) => [value]))('refuses the value %j, naming its flag or its file', (value) => {
    const words = `expected ${settings[name].expected}, got ${JSON.stringify(value)}`;
    expect(() => completeConfig({ [name]: value })).toThrow(`${flagOf(name)}: ${words}`);
    expect(() => completeConfig({ [name]: value }, 'run/config.json')).toThrow(`run/config.json: ${name}: ${words}`);
  });

  it('accepts its own default, as a value and as a text', () => {
    const { fallback } = settings[name];
    expect(completeConfig({ [name]: fallback })).toEqual(completeConfig({}));
    expect(parseValue(name, settings[name], String(fallback))).toEqual(fallback);
  });
});

describe('a config', () => {
  it('has a value for every setting, and threads that are a number of cores', () => {
    const config = completeConfig({});
    expect(Object.keys(config)).toEqual(names);
    expect(config.threads).toBeGreaterThan(0);
    expect(completeConfig({ threads: 3 }).threads).toBe(3);
  });

  it('comes back from JSON as it was', () => {
    const config = completeConfig({
      hidden: [3, 5],
      lr: 1e-5,
      flow: 'none',
      seed: Number.MAX_SAFE_INTEGER,
      threads: 2,
    });
    expect(completeConfig(JSON.parse(JSON.stringify(config)))).toEqual(config);
  });

  it('takes heads to be plain in published networks, and in records older than scaled heads', () => {
    expect(completeConfig({}).heads).toBe('scaled');
    expect(completeConfig({ architecture: 'oxford' }).heads).toBe('plain');
    expect(completeConfig({ architecture: 'oxford', heads: 'scaled' }).heads).toBe('scaled');
    const { heads: _, ...old } = completeConfig({});
    expect(recordedSettings(old, 'run/config.json').config.heads).toBe('plain');
    expect(recordedSettings({ ...old, heads: 'scaled' }, 'run/config.json').config.heads).toBe('scaled');
  });

  it('of a run that began before heads could be scaled repeats it with plain ones, as a file', () => {
    const path = join(mkdtempSync(join(tmpdir(), 'flowvae-config-')), 'config.json');
    const headsIn = (content: object) => {
      writeFileSync(path, JSON.stringify(content));
      return completeConfig(readConfigFile(path).settings).heads;
    };
    const { heads: _, ...old } = completeConfig({});
    expect(headsIn({ ...old, versions: { flowvae: '0.1.0' } })).toBe('plain');
    expect(headsIn({ ...old, heads: 'scaled', versions: { flowvae: '0.1.0' } })).toBe('scaled');
    expect(headsIn({ latent: 5 })).toBe('scaled'); // no record of a run
  });

  it('refuses a setting that does not exist', () => {
    expect(() => completeConfig({ stepz: 3 })).toThrow(
      /^stepz: expected one of flow, latent, .*, got an unknown setting; did you mean steps\?$/,
    );
    expect(() => completeConfig({ stepz: 3 }, 'a.json')).toThrow(/^a\.json: stepz: expected one of /);
  });

  it('bears a factor of the rate without steps at which it changes: every config.json has one', () => {
    expect(completeConfig({ lrFactor: 0.5 }).lrMilestones).toEqual([]);
  });

  it('refuses milestones of a rate that follows a cosine', () => {
    const both = { lrDecay: 'cosine', lrMilestones: [3, 5] };
    const words = 'expected no --lr-milestones beside --lr-decay cosine, got 3,5';
    expect(() => completeConfig(both)).toThrow(`--lr-milestones: ${words}`);
    expect(() => completeConfig(both, 'a.json')).toThrow(`a.json: lrMilestones: ${words}`);
  });

  it('refuses patience without validations', () => {
    expect(() => completeConfig({ patience: 3 })).toThrow(
      '--patience: expected --validate-every above 0 beside it, got 3',
    );
    expect(completeConfig({ patience: 3, validateEvery: 10 }).patience).toBe(3);
  });

  it('refuses the best model without validations, and widths beside a named architecture', () => {
    expect(() => completeConfig({ keep: 'best' })).toThrow(
      '--keep: expected --validate-every above 0 beside it, got best',
    );
    const where = 'a.json: hidden: expected no value of its own beside --architecture oxford, got 200';
    expect(() => completeConfig({ architecture: 'oxford', hidden: [200] }, 'a.json')).toThrow(where);
    expect(() => completeConfig({ architecture: 'pythae', activation: 'tanh' })).toThrow(/^--activation: expected no/);
    expect(completeConfig({ architecture: 'maxout' }).hidden).toEqual([400, 400]);
  });

  it.each(['planr', 'planar*0', 'planar*', 'planar-', 'planar*2*2', 'planar*99999', '-', 'planar 2'])(
    'refuses the formula %j',
    (flow) => {
      expect(() => completeConfig({ flow })).toThrow(`flow formula '${flow}': expected `);
    },
  );
});
