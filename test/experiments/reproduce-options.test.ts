// The accepted and refused options of `pnpm reproduce`.
import { expect, it } from 'vitest';
import { chosenOf, readOptions } from '../../experiments/reproduce/options.ts';

it('--only chooses runs by name, and none is a mistake', () => {
  const runs = ['U1-planar-2', 'U1-planar-20', 'U1-radial-2'].map((slug) => ({ slug }));
  const slugs = (only?: RegExp) => chosenOf(runs, only).map(({ slug }) => slug);
  expect(slugs()).toHaveLength(3);
  expect(slugs(/planar/)).toEqual(['U1-planar-2', 'U1-planar-20']);
  expect(slugs(/^U1-planar-2$/)).toEqual(['U1-planar-2']);
  expect(() => slugs(/plannar/)).toThrow(
    '--only: expected an expression that fits a run that --list prints, got /plannar/',
  );
});

it('reproduce resumes on another machine only with its option', () => {
  expect(readOptions(['fig3'], ['fig3']).allowDifferentMachine).toBe(false);
  expect(readOptions(['fig3', '--allow-different-machine'], ['fig3']).allowDifferentMachine).toBe(true);
});

it.each([
  ['an unknown name', ['fig9'], /^reproduce: expected one of fig3, table2, got 'fig9'$/],
  ['no name', [], /^reproduce: expected one of fig3, table2, got no name$/],
  ['an unknown scale', ['fig3', '--scale', 'huge'], /^--scale: expected one of smoke, quick, paper, got 'huge'$/],
  ['no number of seeds', ['fig3', '--seeds', 'two'], /^--seeds: expected a whole number from 1 to 1000, got 'two'$/],
  ['half an expression', ['fig3', '--only', '('], /^--only: expected a regular expression, got /],
  [
    'a place in the list beside an expression',
    ['fig3', '--index', '0', '--only', 'U1'],
    /^--only: expected no --only beside --index, got both$/,
  ],
  [
    'a check of one run',
    ['table2', '--check', '--index', '0'],
    /^--index: expected no --index beside --check, got both$/,
  ],
  ['a list of tables', ['--tables', '--list'], /^--list: expected no --list beside --tables, got both$/],
  ['an unknown option', ['fig3', '--sclae', 'smoke'], /^options: expected --scale, /],
])('reproduce refuses %s', (_, args, message) => {
  expect(() => readOptions(args, ['fig3', 'table2'])).toThrow(message);
});
