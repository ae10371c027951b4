// `tsx experiments/targets/compare/run.ts`: the same target, flow, steps and rate in flowvae and in its peers, in
// turn, one thread each. Writes results/peers.json and the table of the README.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { targets } from 'flowvae';
import { readChoices, readCount, readPositive, readValues, startCommand } from '../../command-line.ts';
import { updateMarkedTables } from '../../readme-tables.ts';
import { type PeerFit, type PeerRow, peersTable } from './peers-table.ts';

startCommand();
const inHere = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const values = readValues({
  steps: { type: 'string', default: '2000' },
  /** Seeds 0 … n − 1 of each program. */
  seeds: { type: 'string', default: '3' },
  /** Programs that have jax, and torch, with the libraries. */
  jax: { type: 'string', default: 'python3' },
  torch: { type: 'string', default: 'python3' },
  targets: { type: 'string', default: 'banana,funnel,correlated-normal,eight-schools-non-centred' },
  /** Seconds that one fit may take, imports included. */
  patience: { type: 'string', default: '300' },
  tables: { type: 'boolean', default: false },
});
const shared = {
  layers: 4,
  hidden: 32,
  steps: readCount('steps', values.steps),
  batch: 256,
  lr: 1e-3,
  samples: 10_000,
};
const count = readCount('seeds', values.seeds);
const patience = readPositive('patience', values.patience);
const asked = readChoices('targets', values.targets, Object.keys(targets));
const programs = {
  realnvp: ['flowvae', 'flowjax', 'normflows', 'pyro'],
  iaf: ['flowvae', 'flowjax', 'numpyro-iaf', 'pyro'],
  bnaf: ['numpyro-bnaf'],
} as const;

/** One fit, or the line of its error. */
function fitBy({ program, target, flow }: Omit<PeerRow, 'fits'>, seed: number): PeerFit | string {
  const options = Object.entries({ ...shared, seed }).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const usesTorch = program === 'normflows' || program === 'pyro';
  const [command, ...words] =
    program === 'flowvae'
      ? ['taskset', '-c', '0', process.execPath, '--import', 'tsx', inHere('ours.ts'), target, flow]
      : [usesTorch ? values.torch : values.jax, inHere('fit.py'), program, target, flow];
  const child = spawnSync(command!, [...words, ...options], {
    encoding: 'utf8',
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' },
    timeout: 1000 * patience,
  });
  if (child.error) return `longer than ${patience} s`;
  const line = child.stdout.trim().split('\n').at(-1) ?? '';
  if (child.status === 0 && line.startsWith('{')) return JSON.parse(line) as PeerFit;
  const lines = child.stderr.trim().split('\n');
  return lines.findLast((text) => /^\w*Error: /.test(text)) ?? (lines.at(-1) || 'no result');
}

/** The fits by all seeds; a program that fails once is asked no more. */
function rowOf(asked: Omit<PeerRow, 'fits'>): PeerRow {
  const fits: PeerFit[] = [];
  const seeds = asked.flow === 'bnaf' ? 1 : count; // a slow one, without a flow of ours beside it
  for (let seed = 0; seed < seeds; seed++) {
    const fit = fitBy(asked, seed);
    if (typeof fit === 'string') return { ...asked, fits, failure: fit };
    fits.push(fit);
  }
  return { ...asked, fits };
}

function measured(): readonly PeerRow[] {
  const rows: PeerRow[] = [];
  for (const target of asked) {
    for (const [flow, names] of Object.entries(programs)) {
      for (const program of names) {
        rows.push(rowOf({ target, flow, program }));
        process.stderr.write(`${JSON.stringify(rows.at(-1))}\n`);
      }
    }
  }
  return rows;
}

function table(): string {
  const { rows, load } = JSON.parse(readFileSync(inHere('../results/peers.json'), 'utf8')) as {
    readonly rows: readonly PeerRow[];
    readonly load: number;
  };
  return `\n${peersTable(rows)}\n\nLoad at the start: ${load.toFixed(2)}.\n`;
}

if (!values.tables) {
  const load = loadavg()[0]!;
  writeFileSync(inHere('../results/peers.json'), `${JSON.stringify({ shared, load, rows: measured() }, null, 2)}\n`);
}
updateMarkedTables({ tag: 'targets', paths: [inHere('../README.md')], table: () => table(), write: true });
process.stdout.write(table());
