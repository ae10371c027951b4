// Plug-ins by the command alone: the modules are those that the pages show, in a folder outside the repository.
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { pageModule } from '../../documentation/page-modules.ts';
import { doneInTurn, refusedInTurn } from '../../processes/commands-in-turn.ts';
import { flowvae } from '../../processes/programs.ts';
import { small } from '../data-files.ts';
import { flowvaeHere } from '../in-process.ts';
import { userFolder } from '../modules/user-folder.ts';

const modules = {
  'sinh-arcsinh.ts': pageModule('own-flow.md', 'sinh-arcsinh.ts'),
  'logistic.ts': pageModule('own-likelihood.md', 'logistic.ts'),
  'capacity.ts': pageModule('own-objective.md', 'capacity.ts'),
  'points.ts': pageModule('data.md', 'points.ts'),
};
const points = Array.from({ length: 60 }, (_, i) => `${Math.sin(i)} ${i % 7} | ${i % 2 ? 'dog' : 'cat'}`).join('\n');
const plugIns = (names = Object.keys(modules)) => names.flatMap((name) => ['--plugin', `./${name}`]);
const formulas = ['--flow', 'planar*2-sinh-arcsinh', '--prior', 'sinh-arcsinh*2', '--objective', 'capacity(2)'];
const own = [...small.filter((word, i) => word !== '--flow' && small[i - 1] !== '--flow'), ...formulas];
const settings = [...own, '--likelihood', 'logistic', '--data', 'field.points', '--eval-samples', '5'];

const folder = userFolder({ ...modules, 'field.points': points });
const here = (words: readonly string[], where = folder) => flowvae(words, { folder: where });
const run = join(folder, 'run');

/** The outcome of a command that succeeds. */
async function done(words: readonly string[], where = folder) {
  const outcome = await here(words, where);
  expect([outcome.code, outcome.code === 0 ? '' : outcome.stderr]).toEqual([0, '']);
  return outcome;
}

beforeAll(() => done(['train', ...plugIns(), ...settings, '--out', 'run', '--json']));

describe.concurrent('a run with plug-ins', () => {
  it('records their paths and checksums, and the formulas as they were given', () => {
    const config = JSON.parse(readFileSync(join(run, 'config.json'), 'utf8'));
    expect(config).toMatchObject({
      flow: 'planar*2-sinh-arcsinh',
      likelihood: 'logistic',
      objective: 'capacity(2)',
      dataSet: { shape: [2], classes: ['cat', 'dog'] },
    });
    expect(config.plugins).toEqual(
      Object.keys(modules).map((name) => ({
        path: join(folder, name),
        files: [{ path: name, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) }],
      })),
    );
  });

  it('is reported, encoded, sampled and exported from any folder, without a word about plug-ins', async () => {
    const elsewhere = userFolder({});
    const lines = [
      ['evaluate', run, '--report', '--eval-images', '3', '--json', '--quiet'],
      ['encode', run, '--out', 'z.safetensors'],
      ['sample', run, '--count', '3', '--out', 'rows.csv'],
      ['export', run, '--onnx', 'onnx', '--model', 'model', '--json'],
    ];
    const [reported, , , exported] = await doneInTurn(lines, { folder: elsewhere });
    expect(JSON.parse(reported!)).toMatchObject({
      testElbo: expect.any(Number),
      report: join(run, 'report.html'),
    });
    expect(readFileSync(join(elsewhere, 'rows.csv'), 'utf8').trim().split('\n')).toHaveLength(4);
    expect(JSON.parse(exported!)).toMatchObject({ prior: join('onnx', 'prior.onnx') });
  });

  it('gives its settings and plug-ins to another run, by its config, which can go on', async () => {
    const lines = [
      ['train', '--config', join(run, 'config.json'), '--seed', '1', '--out', 'second', '--quiet', '--json'],
      ['train', '--resume', 'second', '--quiet', '--json'],
    ];
    const [, resumed] = await doneInTurn(lines, { folder });
    expect(JSON.parse(resumed!)).toMatchObject({ steps: 4 });
    const [first, second] = [run, join(folder, 'second')].map((each) =>
      JSON.parse(readFileSync(join(each, 'config.json'), 'utf8')),
    );
    expect(second.plugins).toEqual(first.plugins);
  });
});

describe('a module of a run', () => {
  const module = join(folder, 'sinh-arcsinh.ts');
  const evaluate = ['evaluate', run, '--eval-images', '1', '--quiet'];

  it('that has changed is refused by its name, unless one insists', async () => {
    writeFileSync(module, `${modules['sinh-arcsinh.ts']}// edited\n`);
    expect(await flowvaeHere(evaluate)).toMatchObject({
      code: 2,
      stderr:
        `flowvae: ${run}/config.json: plugins: expected ${module} as it was when the run began, got changes in ` +
        'sinh-arcsinh.ts; put the files back, or pass --changed-model to run the changed code\n',
    });
    expect(await here([...evaluate, '--changed-model'])).toMatchObject({
      code: 0,
      stderr: `plug-in ${module} has changed since the run began: sinh-arcsinh.ts\n`,
    });
    writeFileSync(module, modules['sinh-arcsinh.ts']);
  });

  it('that has moved is named anew', async () => {
    mkdirSync(join(folder, 'lib'));
    renameSync(module, join(folder, 'lib', 'sinh-arcsinh.ts'));
    expect(await flowvaeHere(evaluate)).toMatchObject({
      code: 2,
      stderr:
        `flowvae: ${run}/config.json: plugins: expected the module of the run, got no file ${module}; ` +
        'name its place with --plugin <module>\n',
    });
    expect(await here([...evaluate, '--plugin', 'lib/sinh-arcsinh.ts'])).toMatchObject({ code: 0, stderr: '' });
    renameSync(join(folder, 'lib', 'sinh-arcsinh.ts'), module);
  });
});

describe.concurrent('--plugin', () => {
  it('shows the data of a reader', async () => {
    const { stdout } = await done(['data', 'field.points', '--plugin', './points.ts', '--json', '--out', 'sheet.png']);
    expect(JSON.parse(stdout)).toMatchObject({
      kind: ['data of the reader points'],
      shape: [2],
      labels: { classes: [{ name: 'cat' }, { name: 'dog' }] },
      train: expect.stringMatching(/flowvae train --data field\.points --plugin \.\/points\.ts$/),
    });
  });

  it('adds its names to the help', async () => {
    const { stdout } = await done(['train', '--help', ...plugIns()]);
    expect(stdout.replace(/\s+/g, ' ')).toContain(
      'Plug-ins (--plugin), with the names that they add: ./sinh-arcsinh.ts flows sinh-arcsinh ' +
        './logistic.ts likelihoods logistic(scale) ./capacity.ts objectives capacity(nats) ./points.ts readers points',
    );
    expect(stdout.replace(/\s+/g, ' ')).toContain(', logistic, logistic(scale); auto:');
  });

  it('gives its names to the module of an experiment too', async () => {
    const module = "export default defineExperiment({ options: { flow: 'sinh-arcsinh', objective: 'capacity(1)' } });";
    const project = userFolder({ 'my.ts': `import { defineExperiment } from 'flowvae';\n${module}`, ...modules });
    const plugins = plugIns(['sinh-arcsinh.ts', 'capacity.ts']);
    const sizes = ['--latent', '2', '--hidden', '8', '--steps', '2', '--eval-images', '0', '--threads', '1'];
    await done(['train', 'my.ts', ...plugins, ...sizes, '--out', 'run', '--quiet', '--json'], project);
    expect(JSON.parse(readFileSync(join(project, 'run/config.json'), 'utf8'))).toMatchObject({
      flow: 'sinh-arcsinh',
      experiment: { module: { path: join(project, 'my.ts') } },
      plugins: [{ path: join(project, 'sinh-arcsinh.ts') }, { path: join(project, 'capacity.ts') }],
    });
  });

  it('may name a package', async () => {
    const project = userFolder({
      'node_modules/my-flows/package.json':
        '{"name":"my-flows","version":"1.2.3","type":"module","exports":"./index.js"}',
      'node_modules/my-flows/index.js': `import { affine } from 'flowvae';
        export const flows = { 'my-affine': { make: ({ dim }) => affine(dim) } };`,
    });
    const words = ['--plugin', 'my-flows', ...small, '--flow', 'my-affine', '--eval-images', '0', '--out', 'run'];
    const sample = ['sample', join(project, 'run'), '--count', '1'];
    await doneInTurn([['train', ...words, '--json'], sample], { folder: project });
    const { plugins } = JSON.parse(readFileSync(join(project, 'run/config.json'), 'utf8'));
    expect(plugins).toMatchObject([{ package: 'my-flows', version: '1.2.3', files: [{ path: 'index.js' }] }]);
  });

  it('refuses a module with a row of a built-in name, and one that is not there, in one line each', async () => {
    const wrong = userFolder({ 'taken.js': 'export const flows = { planar: { make: () => 1 } };' });
    const lines = ['./taken.js', './none.ts'].map((name) => ['train', `--plugin=${name}`, '--out', 'run']);
    expect(await refusedInTurn(lines, { folder: wrong })).toEqual([
      'flowvae: plug-in ./taken.js: flows: planar: expected a name of its own, got that of a built-in one\n',
      'flowvae: --plugin ./none.ts: expected a module, or the name of an installed package, got no such file\n',
    ]);
  });

  it('knows its names where one is mistyped', async () => {
    const { code, stderr } = await here(['train', ...plugIns(), '--flow', 'planar-sinh-arcsin']);
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/maf, spline, positive, .*, glow, sinh-arcsinh\).*; did you mean sinh-arcsinh\?\n$/),
    ]);
  });
});
