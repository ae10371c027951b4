// `tsx experiments/targets/compare/run.ts`: the same target, flow, steps and rate in flowvae and in its peers, in
// turn, one thread each. Writes results/peers.json and the table of the README.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ExpectationError, tolerateClosedPipes } from 'flowvae';
import { markdownTable } from '../../markdown-table.ts';
import { updateMarkedTables } from '../../readme-tables.ts';

tolerateClosedPipes();
const inHere = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const { values } = parseArgs({
  options: {
    steps: { type: 'string', default: '2000' },
    rounds: { type: 'string', default: '1' },
    /** Programs that have jax, and torch, with the libraries. */
    jax: { type: 'string', default: 'python3' },
    torch: { type: 'string', default: 'python3' },
    targets: { type: 'string', default: 'banana,funnel,correlated-normal,eight-schools-non-centred' },
    /** Seconds that one fit may take, imports included. */
    patience: { type: 'string', default: '300' },
    tables: { type: 'boolean', default: false },
  },
});
const shared = { layers: 4, hidden: 32, steps: Number(values.steps), batch: 256, lr: 1e-3, samples: 10_000, seed: 0 };
const programs = {
  realnvp: ['flowvae', 'flowjax', 'normflows', 'pyro'],
  iaf: ['flowvae', 'flowjax', 'numpyro-iaf', 'pyro'],
  bnaf: ['numpyro-bnaf'],
} as const;

interface Fit {
  readonly elbo: number | null;
  readonly elboError: number | null;
  readonly seconds: number;
  readonly importSeconds: number;
}
interface Row extends Fit {
  readonly target: string;
  readonly flow: string;
  readonly program: string;
}

/** A fit in a process of its own; undefined where it took longer than it may. */
function fitBy(program: string, target: string, flow: string): Fit | undefined {
  const options = Object.entries(shared).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const usesTorch = program === 'normflows' || program === 'pyro';
  const [command, ...words] =
    program === 'flowvae'
      ? ['taskset', '-c', '0', process.execPath, '--import', 'tsx', inHere('ours.ts'), target, flow]
      : [usesTorch ? values.torch : values.jax, inHere('fit.py'), program, target, flow];
  const child = spawnSync(command!, [...words, ...options], {
    encoding: 'utf8',
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' },
    timeout: 1000 * Number(values.patience),
  });
  if (child.error) return undefined;
  const line = child.stdout.trim().split('\n').at(-1) ?? '';
  if (child.status === 0 && line.startsWith('{')) return JSON.parse(line) as Fit;
  const received = child.stderr.trim().split('\n').at(-1) || 'nothing';
  throw new ExpectationError({ where: `${program} on ${target}`, expected: 'one JSON object', received });
}

/** JSON has no NaN: null stands for a number that is not there. */
const tooLong: Fit = { elbo: null, elboError: null, seconds: Number(values.patience), importSeconds: 0 };

function measured(): readonly Row[] {
  const rows: Row[] = [];
  for (const target of values.targets.split(',')) {
    for (const [flow, names] of Object.entries(programs)) {
      for (const program of names) {
        const fits = Array.from({ length: Number(values.rounds) }, () => fitBy(program, target, flow) ?? tooLong);
        const fastest = fits.reduce((a, b) => (b.seconds < a.seconds ? b : a));
        rows.push({ target, flow, program, ...fastest });
        process.stderr.write(`${target} ${flow} ${program}: ${JSON.stringify(fastest)}\n`);
      }
    }
  }
  return rows;
}

function table(): string {
  const { rows, load } = JSON.parse(readFileSync(inHere('../results/peers.json'), 'utf8')) as {
    readonly rows: readonly Row[];
    readonly load: number;
  };
  const lines = rows.map((row) => {
    const own = rows.find(
      ({ target, flow, program }) => target === row.target && flow === row.flow && program === 'flowvae',
    );
    const ratio = own && row !== own ? (own.seconds / row.seconds).toFixed(2) : '–';
    if (row.elbo === null)
      return [row.target, row.flow, row.program, 'not done', `> ${row.seconds}`, '–', `< ${ratio}`];
    const elbo = `${row.elbo.toFixed(3)} ± ${row.elboError!.toFixed(3)}`;
    return [row.target, row.flow, row.program, elbo, row.seconds.toFixed(1), row.importSeconds.toFixed(1), ratio];
  });
  const columns = ['target', 'flow', 'program', 'ELBO (nats)', 'fit (s)', 'imports (s)', 'flowvae’s fit over this one'];
  return `\n${markdownTable(columns, lines)}\n\nLoad at the start: ${load.toFixed(2)}.\n`;
}

if (!values.tables) {
  const load = loadavg()[0]!;
  writeFileSync(inHere('../results/peers.json'), `${JSON.stringify({ shared, load, rows: measured() }, null, 2)}\n`);
}
updateMarkedTables({ tag: 'targets', paths: [inHere('../README.md')], table: () => table(), write: true });
process.stdout.write(table());
