// The benchmark's own part, with settings too small for meaningful times: every section runs and reports the content
// that its README promises.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { readOptions } from '../../experiments/bench/options.ts';
import { updateTables } from '../../experiments/bench/tables.ts';

const folder = new URL('../../experiments/bench/', import.meta.url);
const bench = (...args: string[]) =>
  spawnSync(
    process.execPath,
    ['--import', import.meta.resolve('tsx'), fileURLToPath(new URL('run.ts', folder)), ...args],
    { encoding: 'utf8' },
  );

interface Result {
  readonly machine: { readonly cpu: string; readonly versions: Readonly<Record<string, string>> };
  readonly sections: readonly { readonly section: string; readonly rows: readonly Row[] }[];
}
interface Row {
  readonly setting: Readonly<Record<string, number | string>>;
  readonly unit: string;
  readonly facts: Readonly<Record<string, number>>;
  readonly values: Readonly<Record<string, { median: number; min: number; max: number; rounds: number }>>;
  readonly absent: Readonly<Record<string, string>>;
  readonly notes: Readonly<Record<string, string>>;
}

const passNames = 'reshapes, constants, pieces, common subexpressions, bias, dead nodes'.split(', ');
const passes = [...passNames.map((name) => `without ${name}`), 'without any pass'];

/**
 * The expected content of a section: units of its rows, flowvae's counterparts in rows of the first and of other units,
 * and their settings.
 */
interface Expected {
  readonly units: readonly string[];
  readonly others: readonly string[];
  readonly othersLater?: readonly string[];
  readonly setting?: object;
  /** A contender that needs a card or a browser: without one it is absent, and the reason has these words. */
  readonly needs?: readonly [name: string, reason: RegExp];
}

const expected: Readonly<Record<string, Expected>> = {
  steps: { units: ['ms'], others: ['bare matrix products'] },
  widths: { units: ['ms'], others: ['bare matrix products'] },
  parts: {
    units: ['ms'],
    others: ['loss and gradients', 'bare matrix products', 'planar chain', 'Adam', 'batch and noise'],
    setting: { layers: 2, threads: 1 },
  },
  family: {
    units: ['ms', 'µs per sample, 200 for an image'],
    others: ['bare products'],
    setting: { flow: 'radial*10', threads: 2 },
  },
  networks: { units: ['ms'], others: ['bare convolutions'], setting: { architecture: 'conv', threads: 2 } },
  glow: { units: ['ms', 'ms'], others: ['bare convolutions'], setting: { depth: 2, threads: 2 } },
  evaluation: { units: ['µs per sample', 'µs per sample', 's'], others: ['bare products'], othersLater: [] },
  trace: { units: ['ms'], others: ['flowvae, trace alone', 'flowvae, fit to its first step'] },
  memory: { units: ['MiB'], others: [] },
  flow: { units: ['ms'], others: ['flowvae, one session'] },
  passes: {
    units: ['ms', 'ms to a session', 'nodes', 'ms', 'ms to a session', 'nodes'],
    others: [...passes, 'outputs copied as well', 'outputs gathered'],
    othersLater: passes,
  },
  nodes: { units: new Array(7).fill('nodes'), others: passes, setting: { hidden: 400 } },
  lowerings: { units: ['µs', 'µs', 'µs'], others: ['plain lowering'], setting: { rows: 100, threads: 2 } },
  checkpoint: { units: ['ms', 'ms'], others: [] },
  device: {
    units: ['ms'],
    others: ['flowvae, processors'],
    setting: { layers: 2, hidden: 8, batch: 100 },
    needs: ['flowvae', /install|driver|device|adapter/],
  },
  page: {
    units: ['ms'],
    others: [],
    setting: { model: '8, latent 2, planar*2', threads: 2 },
    needs: ['flowvae', /no browser at/],
  },
};

describe('pnpm bench', { timeout: 300_000 }, () => {
  let result: Result;
  const rowsOf = (name: string) => result.sections.find(({ section }) => section === name)!.rows;
  beforeAll(() => {
    const sizes =
      '--layers 2 --widths 8 --flows radial --architectures conv --threads 2 --rounds 1 --steps 2 --images 2'.split(
        ' ',
      );
    const { stdout, stderr } = bench('--json', '--peers', 'none', ...sizes);
    expect(stdout, stderr).toMatch(/^\{.*\}\n$/);
    result = JSON.parse(stdout);
  }, 300_000);

  test('runs every section that its README defines', () => {
    const readme = readFileSync(new URL('README.md', folder), 'utf8');
    const defined = [...readme.matchAll(/^\| `(\w+)` +\|/gm)].map(([, name]) => name);
    expect(result.sections.map(({ section }) => section)).toEqual(defined);
    expect(defined).toEqual(Object.keys(expected));
    for (const name of defined) expect(readme).toContain(`<!-- bench:${name} -->`);
  });

  test.each(Object.entries(expected))('%s: rows of the documented shape', (name, section) => {
    const { units, others, othersLater = others, setting = { layers: 2, threads: 2 }, needs } = section;
    const rows = rowsOf(name);
    expect(rows.map(({ unit }) => unit)).toEqual(units);
    for (const row of rows) {
      expect(Object.keys(row).toSorted()).toEqual(['absent', 'facts', 'notes', 'setting', 'unit', 'values']);
      expect(row.setting).toMatchObject(setting);
      const named = ['flowvae', ...(row.unit === units[0] ? others : othersLater)];
      const missing = needs && needs[0] in row.absent ? needs[0] : undefined;
      expect(Object.keys(row.values).toSorted()).toEqual(named.filter((each) => each !== missing).toSorted());
      for (const { median, min, max, rounds } of Object.values(row.values)) {
        expect([median > 0, median, median, rounds]).toEqual([true, min, max, 1]);
      }
      for (const [absent, reason] of Object.entries(row.absent))
        expect(reason).toMatch(absent === missing ? needs![1] : /^not among --peers$/);
    }
  });

  test('every pass spares the step of some flow 4 % of its nodes: one that spares less goes', () => {
    const counts = rowsOf('nodes').map(({ values }) => values);
    for (const name of passes) {
      const gains = counts.map((values) => values[name]!.median / values.flowvae!.median);
      expect(Math.max(...gains), name).toBeGreaterThan(1.04);
    }
  });

  test('recorded counts of operators are those of now; `--section nodes --peers none --record` renews them', () => {
    const recorded: { readonly rows: readonly Row[] } = JSON.parse(
      readFileSync(new URL('results/nodes.json', folder), 'utf8'),
    );
    const counts = (rows: readonly Row[]) => rows.map(({ setting, values }) => [setting.flow, values]);
    expect(counts(rowsOf('nodes'))).toEqual(counts(recorded.rows));
  });

  test('names each peer that does not take part, and the machine', () => {
    const [row] = result.sections[0]!.rows;
    expect(Object.keys(row!.absent)).toEqual(
      ['PyTorch eager', 'PyTorch compile', 'JAX jit'].concat(
        ['wasm', 'cpu', 'tfjs-node'].map((name) => `tfjs eager, ${name}`),
      ),
    );
    // 2·100·(784·400·2 + 3·(400·400 + 400·40·2 + 400·80·2 + 400·2 + 40·400 + 400·400 + 400·784)) for K = 2, by hand
    expect(row!.facts.gigaflop).toBeCloseTo((200 * (784 * 400 * 2 + 3 * 746_400)) / 1e9, 9);
    expect(result.machine.versions).toMatchObject({ node: process.versions.node, tfjs: '4.22.0' });
  });

  test.each([
    ['an unknown section', ['--section', 'speed'], /--section: expected some of steps, .*got 'speed'/],
    ['an unknown option', ['--sections'], /options: expected .*--sections/],
    ['a count that is none', ['--rounds', '0'], /--rounds: expected .*got '0'/],
    [
      'an unknown network',
      ['--architectures', 'lenet'],
      /--architectures: expected some of conv, gated-conv, got 'lenet'/,
    ],
    ['an unknown peer', ['--peers', 'numpy'], /--peers: expected .*got 'numpy'/],
    ['an unknown flow', ['--flows', 'planar,spiral'], /--flows: expected some of planar, .*got 'spiral'/],
  ])('refuses %s', (_, args, message) => {
    expect(() => readOptions(args, Object.keys(expected))).toThrow(message);
  });

  test('ends with one line and exit code 2 after a mistake', () => {
    const { status, stdout, stderr } = bench('--section', 'speed');
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(/^bench: --section: expected .*\n$/);
  });

  test('the tables in the READMEs are those of the recorded results', () => {
    expect(updateTables({ write: false })).toEqual([]);
  });
});
