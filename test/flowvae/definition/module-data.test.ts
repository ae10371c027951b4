// `flowvae data my.ts`: the data of a module, as `flowvae train my.ts` reads them.
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { commandsIn } from '../../processes/commands.ts';
import { userFolder } from '../modules/user-folder.ts';

const made = `
import { dataSet, defineExperiment, z } from 'flowvae';
export default defineExperiment({
  settings: { shift: z.number().default(0).describe('added to the data') },
  options: { likelihood: 'gaussian', latent: 2, steps: 2, batch: 20, evalImages: 0, hidden: [4] },
  data: ({ settings: { shift } }) =>
    dataSet({ name: 'waves', x: { values: Float32Array.from({ length: 900 }, (_, i) => i + shift), shape: [300, 3] } }),
  model: ({ builtIn }) => builtIn(),
});`;

/** Its data part gives the path of a file that lies beside it, wherever the command starts. */
const named = `
import { defineExperiment } from 'flowvae';
export default defineExperiment({ options: { labels: 'kind' }, data: () => 'flowers.csv' });`;

/** It has no data part: an option names the data. */
const byOption = `
import { defineExperiment } from 'flowvae';
export default defineExperiment({ options: { data: 'parts/flowers.csv', splits: '0.5/0.25/0.25' } });`;

const table = `x,kind\n${Array.from({ length: 40 }, (_, i) => `${i / 4},${i < 30 ? 'a' : 'b'}`).join('\n')}\n`;

/** A plug-in that reads files with the ending of modules. */
const reader = `
export const readers = {
  points: { reads: (path) => path.endsWith('.ts'), make: () => ({ x: { values: new Float32Array(60), shape: [20, 3] } }) },
};`;

const folder = userFolder({
  'made.ts': made,
  'parts/named.ts': named,
  'parts/flowers.csv': table,
  'option.ts': byOption,
  'reader.js': reader,
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const { run, done, refused } = commandsIn(folder);
const factsOf = async (...words: string[]) => JSON.parse(await done('data', ...words, '--json', '--quiet'));

describe.concurrent('flowvae data of a module', () => {
  it('shows the set that its data part makes by its settings, its model, and the words that train on it', async () => {
    const text = await done('data', 'made.ts', '--set', 'shift=5', '--quiet');
    expect(text).toContain('data        waves: a set that made.ts makes\n');
    expect(text).toContain('\nrows        300: 240 for training, 30 for validation, 30 for the test\n');
    expect(text).toContain('\nvalues      numbers, 5 to 904');
    expect(text).toContain('\na run       would take model of made, no binarisation, each column standardised\n');
    expect(text).toMatch(/\nto train {4}.*flowvae train made\.ts --set shift=5\n/);
    expect(text).toContain('\nsheet       made-data.png\n');
    expect(existsSync(join(folder, 'made-data.png'))).toBe(true);
  });

  it('has the rows and the checksum of the run that trains on it', async () => {
    const { rows, sha256, run: chosen } = await factsOf('made.ts', '--set', 'shift=2', '--out', 'run.png');
    const { code, stderr } = await run(['train', 'made.ts', '--set', 'shift=2', '--out', 'trained']);
    expect(code).toBe(0);
    expect(stderr).toContain(
      `data        waves: 300 rows of 3 columns (${rows.train} / ${rows.validation} / ${rows.test}); model of made, standardised`,
    );
    const config = JSON.parse(readFileSync(join(folder, 'trained/config.json'), 'utf8'));
    const { likelihood, binarize, standardize, model } = chosen;
    expect([config.dataSha256, config.likelihood, config.binarize, config.standardize, model]).toEqual([
      sha256,
      likelihood,
      binarize,
      standardize,
      'model of made',
    ]);
  });

  it('finds a file that its data part names from the folder of the module, with its options', async () => {
    const facts = await factsOf('parts/named.ts', '--out', 'named.png');
    expect([facts.source, facts.name, facts.kind]).toEqual(['parts/named.ts', 'flowers.csv', ['a table']]);
    expect(facts.labels.classes).toEqual([
      { name: 'a', count: 30 },
      { name: 'b', count: 10 },
    ]);
    expect(facts.rows.all).toBe(40);
  });

  it('shows the data of its options where it has no data part; options of the command go before them', async () => {
    const facts = await factsOf('option.ts', '--out', 'option.png');
    expect(facts.rows).toEqual({ all: 40, train: 20, validation: 10, test: 10 });
    const other = await factsOf('option.ts', '--splits', '1/0/0', '--out', 'other.png');
    expect(other.rows).toEqual({ all: 40, train: 40, validation: 0, test: 0 });
    expect(other.train).toMatch(/flowvae train option\.ts --splits 1\/0\/0$/);
  });

  it('is a file of data where a plug-in reads files of its ending', async () => {
    const facts = await factsOf('made.ts', '--plugin', './reader.js', '--out', 'points.png');
    expect([facts.kind, facts.rows.all]).toEqual([['data of the reader points'], 20]);
  });

  it('lists its settings in the help; a file of data has none', async () => {
    expect(await done('data', 'made.ts', '--help')).toMatch(
      /Settings of made\.ts:\n {2}--set shift=… +added to the data/,
    );
    expect(await done('data', 'parts/flowers.csv', '--help')).not.toContain('Settings of');
  });

  it.each([
    [
      'an unknown setting',
      ['made.ts', '--set', 'shfit=1'],
      '--set shfit: expected one of shift, got an unknown setting; did you mean shift',
    ],
    [
      '--set beside a file',
      ['parts/flowers.csv', '--set', 'shift=1'],
      '--set: expected a module with settings of its own',
    ],
    [
      'a module that is not there',
      ['no.ts'],
      'module no.ts: expected a module, or the name of an installed package, got no such file',
    ],
  ])('refuses %s', async (_, words, message) => {
    expect(await refused('data', ...words)).toContain(message);
  });
});
