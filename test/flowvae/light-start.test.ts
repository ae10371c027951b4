// Help, versions, completion and every refusal come before a tensor library is loaded: here no such library can be
// loaded.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { commandsInTurn } from '../processes/commands-in-turn.ts';
import { flowvae, type Outcome } from '../processes/programs.ts';
import { corruptData, freshPath, tinyData, tinyFlags } from './tiny-run.ts';

/** Makes node refuse to find TensorFlow.js, ONNX Runtime, the canvas and the loader of plug-ins. */
const refusing = `export const resolve = (name, context, next) => {
  if (/^(@tensorflow|onnxruntime|@napi-rs|chart\\.js|tsx)/.test(name)) throw new Error('not to be loaded: ' + name);
  return next(name, context);
}`;
const moduleOf = (code: string) => `data:text/javascript,${encodeURIComponent(code)}`;
const hook = moduleOf(`import { register } from 'node:module'; register(${JSON.stringify(moduleOf(refusing))});`);
const env = { NODE_OPTIONS: `--import=${hook}`, NO_COLOR: '1' };
const alone = (args: readonly string[]) => flowvae(args, { env });

/** A run folder as far as a refusal looks at it. */
function run(config: object, isFinished = true): string {
  const folder = freshPath();
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'config.json'), JSON.stringify(config));
  if (isFinished) writeFileSync(join(folder, 'model.safetensors'), '');
  return folder;
}

/** The same with metrics of a step that was not validated. */
function measured(folder: string): string {
  writeFileSync(join(folder, 'metrics.jsonl'), '{"step":1,"loss":2}\n');
  return folder;
}

const fileOf = (text: string): string => {
  const path = `${freshPath()}.json`;
  writeFileSync(path, text);
  return path;
};

const commands = [
  'train',
  'target',
  'data',
  'evaluate',
  'compare',
  'fit-prior',
  'encode',
  'impute',
  'metrics',
  'export',
  'sample',
  'runs',
  'completion',
];

describe('the command without a tensor library', () => {
  const answered = [
    ['--help'],
    ['--version'],
    ...commands.map((command) => [command, '--help']),
    ['runs', 'prune', '--help'],
    ...['bash', 'zsh', 'fish'].map((shell) => ['completion', shell]),
  ];
  let answers: readonly Outcome[];
  beforeAll(async () => {
    answers = await commandsInTurn(answered, { env });
  });
  it.each(answered.map((words, i) => [words, i] as const))('answers %j', (_, i) => {
    const { code, stdout, stderr } = answers[i]!;
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).not.toBe('');
  });

  it("prints a run's metrics", async () => {
    expect(await alone(['metrics', measured(run({}, false))])).toMatchObject({
      code: 0,
      stdout: 'step,loss\r\n1,2\r\n',
      stderr: '',
    });
  });

  it('compares runs', async () => {
    const runs = [1, 2].map((seed) => {
      const folder = run({ seed, data: 'mnist', steps: 1 });
      const report = { steps: 1, testNll: 90 + seed, evalImages: 3 };
      writeFileSync(join(folder, 'report.json'), JSON.stringify(report));
      return folder;
    });
    const { code, stdout, stderr } = await alone(['compare', ...runs]);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/\nplanar\*10 +2 +91\.50 ± 0\.50 /);
  });

  const data = tinyData();
  const elsewhere = () => ['--out', freshPath()];
  const mistakes: readonly (readonly [string, () => readonly string[], RegExp])[] = [
    ['an unknown command', () => ['trian'], /unknown command 'trian' \(Did you mean train\?\)/],
    ['an unknown option', () => ['train', '--flwo', 'planar'], /unknown option '--flwo' \(Did you mean --flow\?\)/],
    ['a target without a module', () => ['target'], /^flowvae: target: expected a module, as in flowvae target my\.ts/],
    [
      'a step size beside no transitions',
      () => ['target', '--step-size', '0'],
      /--step-size: expected a number above 0/,
    ],
    ['a guide twice', () => ['target', '--compare', 'full-rank,full-rank'], /--compare: expected different guides/],
    ['a guide beside others', () => ['target', 'a.ts', '--compare', 'iaf', '--flow', 'iaf'], /no --flow beside --comp/],
    [
      'a target taken up from a run of train',
      () => ['target', '--resume', run({})],
      /expected a run of flowvae target/,
    ],
    ['a bad number', () => ['train', '--steps', '1e3'], /--steps: expected a whole number/],
    ['a number out of range', () => ['train', '--latent', '0'], /--latent: expected a whole number from 1/],
    ['an unknown word', () => ['train', '--optimizer', 'adma'], /--optimizer: .*'adma'; did you mean adam\?/],
    ['an unknown flow', () => ['train', '--flow', 'planar-radail*2'], /'radail' at .*; did you mean radial\?/],
    ['an unknown prior', () => ['train', '--prior', 'RealNVP*4'], /'RealNVP' at .*; did you mean realnvp\?/],
    ['a prior without inverse', () => ['train', '--prior', 'sylvester-t'], /expected flows that have an inverse/],
    ['an unknown objective', () => ['train', '--objective', 'iawe(5)'], /'iawe' at .*; did you mean iwae\?/],
    ['an unknown likelihood', () => ['train', '--likelihood', 'bernouli'], /; did you mean bernoulli\?/],
    ['a wrong formula', () => ['train', '--flow', 'planar*0'], /a count from 1 to 1024, got '0'/],
    [
      'an argument too large for the latent',
      () => ['train', '--latent', '3', '--flow', 'sylvester-o(4)'],
      /columns from 2 to 3, got '4' at character 13/,
    ],
    [
      'a narrow latent',
      () => ['train', '--latent', '1', '--flow', 'lu'],
      /--latent: expected 2 or more beside --flow lu/,
    ],
    ['a gradient that is none', () => ['train', '--gradient', 'dreg'], /--gradient: expected path or stl beside/],
    [
      'data of another kind',
      () => ['train', '--likelihood', 'gaussian', '--binarize', 'static'],
      /--binarize: expected none, for the like/,
    ],
    [
      'data that are not there',
      () => ['train', '--data', freshPath(), ...elsewhere()],
      /^flowvae: data .*nothing of that name/,
    ],
    ['data that are cut', () => ['train', ...tinyFlags(corruptData()), ...elsewhere()], /got 1815 bytes/],
    [
      'a folder in use',
      () => ['train', ...tinyFlags(data), '--out', run({})],
      /a new or empty folder, got a folder with/,
    ],
    [
      'holes in a run of whole data',
      () => ['impute', run({}), '--out', `${freshPath()}.csv`],
      /expected a run whose data had missing values, got one whose data had none; train on data with NaN/,
    ],
    ['no word for none', () => ['train', '--flow', 'non'], /flow formula 'non': .*; did you mean none\?/],
    ['no word for no prior', () => ['train', '--prior', 'nome'], /; did you mean none\?/],
    [
      'a batch above the set',
      () => ['train', ...tinyFlags(data), '--batch', '51', ...elsewhere()],
      /^flowvae: --batch: expected a whole number from 1 to 50, the size of the set, got 51\n$/,
    ],
    [
      'a run taken up with another setting',
      () => ['train', '--resume', run({}), '--latent', '7'],
      /config\.json: expected latent \d+, got latent 7; a run goes on with the settings that it began with/,
    ],
    [
      'a best checkpoint that is not there',
      () => ['evaluate', measured(run({})), '--checkpoint', 'best'],
      /^flowvae: --checkpoint best: expected a run that has measured a validation bound, .*--validate-every/,
    ],
    [
      'a best checkpoint of a run that has measured nothing',
      () => ['evaluate', run({}), '--checkpoint', 'best'],
      /^flowvae: --checkpoint best: expected a run that has measured a validation bound/,
    ],
    [
      'a last checkpoint that is not there',
      () => ['encode', run({}), '--checkpoint', 'last', ...elsewhere()],
      /^flowvae: --checkpoint last: expected a run that has written a checkpoint/,
    ],
    ['a look at no data', () => ['data', freshPath()], /^flowvae: data .*: expected mnist, a file or a folder/],
    ['a look without data', () => ['data'], /missing required argument/],
    ['a look by a rule that is none', () => ['data', data, '--splits', 'half'], /^flowvae: --splits: .*got 'half'\n$/],
    ['a sheet of another kind', () => ['data', data, '--out', 'a.svg'], /a name that ends in \.png/],
    ['no config file', () => ['train', '--config', freshPath()], /--config .*got no file/],
    ['a config that is no JSON', () => ['train', '--config', fileOf('{')], /--config .*expected a JSON object/],
    ['a config with a bad value', () => ['train', '--config', fileOf('{"steps":0}')], /steps: expected a whole number/],
    ['a config with a bad name', () => ['train', '--config', fileOf('{"latents":2}')], /did you mean latent\?/],
    [
      'a resume of no run',
      () => ['train', '--resume', freshPath()],
      /expected the folder of a run, got no such folder/,
    ],
    [
      'a replay of no run',
      () => ['train', '--replay', freshPath()],
      /expected the folder of a run, got no such folder/,
    ],
    [
      'a replay of a sound run',
      () => ['train', '--replay', run({})],
      /a run that stopped at a value that is not finite/,
    ],
    ...['evaluate', 'export', 'sample'].map((command): [string, () => readonly string[], RegExp] => [
      `${command} of no run`,
      () => [command, freshPath(), ...(command === 'export' ? ['--model', freshPath()] : [])],
      /expected the folder of a finished run, got no such folder/,
    ]),
    [
      'compare of no run',
      () => ['compare', freshPath()],
      /expected the folder of a run, of a sweep, or of several runs/,
    ],
    ['encode of no run', () => ['encode', freshPath(), ...elsewhere()], /expected the folder of a finished run/],
    ['metrics of no run', () => ['metrics', freshPath()], /expected the folder of a run, got no such folder/],
    ['an unfinished run', () => ['sample', run({}, false)], /got a folder without model\.safetensors/],
    ['a damaged config', () => ['evaluate', run({ latent: 'two' })], /config\.json: latent: expected a whole number/],
    ['moved data', () => ['evaluate', run({ data: freshPath() })], /; name the data where they are now with --data/],
    ['no temperatures', () => ['evaluate', run({}), '--chains', '2'], /--chains: expected --ais <n> beside it/],
    ['an export of nothing', () => ['export', run({})], /expected --onnx <folder> or --model <folder>/],
    ['a picture of another kind', () => ['sample', run({}), '--out', 'a.jpg'], /a name that ends in \.png/],
    [
      'latents in another format',
      () => ['encode', run({}), '--out', 'latents.csv'],
      /--out: expected a name that ends in \.safetensors, got latents\.csv/,
    ],
    [
      'an unknown split',
      () => ['encode', run({}), '--split', 'tets', ...elsewhere()],
      /--split: .*; did you mean test\?/,
    ],
  ];
  let refusals: readonly Outcome[];
  beforeAll(async () => {
    refusals = await commandsInTurn(
      mistakes.map(([, make]) => make()),
      { env },
    );
  });
  it.each(mistakes.map(([name, , text], i) => [name, i, text] as const))('refuses %s in one line', (_, i, text) => {
    const { code, stdout, stderr } = refusals[i]!;
    expect([code, stdout, stderr.replace(/^flowvae: [^\n]+\n$/, '')]).toEqual([2, '', '']);
    expect(stderr).toMatch(text);
  });

  it('answers and refuses in a process of its own as in turn with others', async () => {
    const [first, second] = await Promise.all([alone(answered[0]!), alone(mistakes[0]![1]())]);
    expect([first, second]).toEqual([answers[0], refusals[0]]);
  });

  it('does no work', async () => {
    const out = freshPath();
    const words = ['train', ...tinyFlags(data), '--out', out];
    for (const { code, stderr } of [await alone(words), ...(await commandsInTurn([words], { env }))]) {
      expect([code, existsSync(out)]).toEqual([1, false]);
      expect(stderr).toContain('not to be loaded: @tensorflow/');
    }
  });
});
