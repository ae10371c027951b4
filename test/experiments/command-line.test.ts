// The command lines of the experiments: a mistake is one line and exit code 2.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import {
  readChoice,
  readChoices,
  readCount,
  readEntry,
  readPositive,
  readValues,
} from '../../experiments/command-line.ts';
import { program } from '../processes/programs.ts';

const root = fileURLToPath(new URL('../../experiments', import.meta.url));
const options = { steps: { type: 'string', default: '10' }, json: { type: 'boolean', default: false } } as const;

it('an experiment ends a mistyped option, and a mistake found later, as one line with exit code 2', async () => {
  const mistakes = [
    { run: 'image-densities', words: ['--modles', 'glow'], line: /^options: expected --models, .* '--modles'.*\n$/ },
    { run: 'targets/khat', words: ['--only', 'bananna'], line: /^--only: expected some of .*, got 'bananna'\n$/ },
  ];
  for (const { run, words, line } of mistakes) {
    const { code, stdout, stderr } = await program(`experiments/${run}/run.ts`, words);
    expect([code, stdout], run).toEqual([2, '']);
    expect(stderr).toMatch(line);
  }
});

it('every run.ts of an experiment starts as a command, and leaves the reading of words to command-line.ts', () => {
  // a copy of the template stands alone; the first reads words beside names, the second only its parent's
  const exceptions = ['template/run.ts'];
  const readers = ['command-line.ts', 'bench/options.ts', 'targets/compare/ours.ts'];
  const below = (folder: string) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file));
  const files = readdirSync(root)
    .flatMap((name) => (name === 'node_modules' || name.includes('.') ? [name] : below(name)))
    .filter((file) => file.endsWith('.ts'));
  const texts = files.map((file) => ({ file, text: readFileSync(join(root, file), 'utf8') }));
  const runs = texts.filter(({ file }) => file.endsWith('/run.ts') && !exceptions.includes(file));
  expect(runs.length).toBeGreaterThan(10);
  expect(runs.filter(({ text }) => !text.includes('startCommand();')).map(({ file }) => file)).toEqual([]);
  const parsing = texts.filter(({ text }) => /import \{[^}]*\bparseArgs\b/.test(text)).map(({ file }) => file);
  expect(parsing.toSorted()).toEqual(readers.toSorted());
});

it('declared options are read with their defaults', () => {
  expect(readValues(options, [])).toEqual({ steps: '10', json: false });
  expect(readValues(options, ['--steps', '20', '--json'])).toEqual({ steps: '20', json: true });
});

it.each([
  ['an unknown option', () => readValues(options, ['--stpes', '1']), /^options: expected --steps, --json, got .*stpes/],
  ['a missing value', () => readValues(options, ['--steps']), /^options: expected --steps, --json, got .*--steps/],
  ['a fraction of steps', () => readCount('steps', '1.5'), "--steps: expected a whole number from 1, got '1.5'"],
  ['no steps', () => readCount('steps', '0'), "--steps: expected a whole number from 1, got '0'"],
  ['an endless number', () => readCount('steps', '1e9'), "--steps: expected a whole number from 1, got '1e9'"],
  ['time without length', () => readPositive('minutes', ' '), "--minutes: expected a number above 0, got ' '"],
  ['an unknown scale', () => readChoice('scale', 'ful', ['full', 'smoke']), 'expected one of full, smoke, got'],
  ['an inherited name', () => readEntry('scale', 'toString', { full: 1 }), "expected one of full, got 'toString'"],
  [
    'an empty list',
    () => readChoices('only', '', ['a', 'b']),
    "--only: expected some of a, b, joined by commas, got ''",
  ],
])('experiments refuse %s', (_, read, message) => {
  expect(read).toThrow(message);
});

it('an absent list means all words, and a given one its own', () => {
  expect(readChoices('only', undefined, ['a', 'b'])).toEqual(['a', 'b']);
  expect(readChoices('only', 'b', ['a', 'b'])).toEqual(['b']);
  expect(readEntry('scale', 'smoke', { full: 1, smoke: 2 })).toBe(2);
});
