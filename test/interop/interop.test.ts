// The interop table finds fault where it should: other numbers, other shapes, errors, some batch sizes alone. The
// runtimes themselves are `pnpm interop`'s.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { families, priors } from './models.ts';
import { runtimes } from './runtimes.ts';
import { type Cell, cellOf, formatTable } from './table.ts';

const numbers = (...data: number[]) => ({ z: { data, shape: [data.length] } });
const outputs = (...data: number[]) => ({ outputs: numbers(...data) });

describe('cellOf', () => {
  const expected = [numbers(1), numbers(1, 200)];
  it('takes the largest difference over the batch sizes, relative above 1', () => {
    const cell = cellOf([outputs(1.00001), outputs(1, 200.01)], expected) as { difference: number };
    expect(cell.difference).toBeCloseTo(5e-5, 8);
  });
  it.each<[string, Parameters<typeof cellOf>[0], string]>([
    ['other numbers', [outputs(1), outputs(1, 201)], 'other numbers: 5e-3 off'],
    ['NaN', [outputs(Number.NaN), outputs(1, 200)], 'other numbers: Infinity off'],
    ['another shape', [outputs(1), outputs(1)], 'other numbers: Infinity off'],
    [
      'an error',
      [{ error: 'TypeError: no /a/path/model.onnx | x\nmore' }, { error: 'b' }],
      'TypeError: no model.onnx \\| x',
    ],
    ['an error at one batch size', [outputs(1), { error: 'b' }], 'only some batch sizes: b'],
  ])('says %s', (_, answers, reason) => expect(cellOf(answers, expected)).toEqual({ reason }));
});

it('formatTable counts agreeing files, and gives each reason once', () => {
  const runtime = { name: 'r', version: '1', needs: 'nothing' };
  const cells = new Map<string, Cell>([
    ['a', { difference: 0 }],
    ['b', { difference: 1e-6 }],
    ['c', { reason: 'no Greater' }],
    ['d', { reason: 'no Greater' }],
  ]);
  const columns = [
    { runtime, cells },
    { runtime: { ...runtime, name: 's' }, cells: 'needs cargo' },
  ];
  const lines = formatTable(['a', 'b', 'c', 'd'], columns, [1, 7]).split('\n');
  expect(lines).toEqual(
    expect.arrayContaining([
      '| a | equal | – |',
      '| b | 1e-6 | – |',
      '| c | no (1) | – |',
      '| d | no (1) | – |',
      '| of 4 | 2 | – |',
      '1. no Greater',
      '| s | 1 | not run: needs cargo |',
    ]),
  );
});

describe('the committed table', () => {
  const table = readFileSync(new URL('results/table.md', import.meta.url), 'utf8');
  const [header, , ...lines] = table.split('\n').filter((line) => line.startsWith('|'));

  it('has every flow of the table of flows, as encoder and where it can be a prior', () => {
    const rows = lines.map((line) => line.split(' | ')[0]!.slice(2)).slice(0, families.length + priors.length + 1);
    expect(rows).toEqual([
      ...families.map((flow) => `encoder, ${flow}`),
      'decoder',
      ...priors.map((flow) => `prior, ${flow}`),
    ]);
  });

  it('has every runtime at its version', () => {
    expect(header).toBe(`| file | ${runtimes.map(({ name }) => name).join(' | ')} |`);
    for (const { name, version, needs } of runtimes) expect(table).toContain(`| ${name} | ${version} | ${needs} |`);
  });
});

it('pnpm interop names the missing programs, and ends with exit code 1', () => {
  const command = fileURLToPath(new URL('run.ts', import.meta.url));
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--import', 'tsx', command, '--only', 'rten'], {
    encoding: 'utf8',
    env: { PATH: '/nowhere' },
  });
  expect(stderr).toContain('rten 0.27.0\n  cannot be run: needs cargo, which is not on the PATH; install Rust');
  expect(stdout).toContain(
    '| rten | 0.27.0 | not run: needs cargo, which is not on the PATH; install Rust 1.94 or newer |',
  );
  expect(status).toBe(1);
}, 60_000);
