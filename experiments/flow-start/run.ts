// `tsx experiments/flow-start/run.ts`: trains the cases that have no result yet, one JSON file each; then the figure
// and the tables of the README from all results.
import { existsSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { ExpectationError, interruption, makeFolder, writeFileAtomically } from 'flowvae';
import { readChoice, readCount, readEntry, readValues, startCommand } from '../command-line.ts';
import { type Case, parts, type Way, ways } from './config.ts';
import { endOf } from './ends.ts';
import { startsFigure } from './figure.ts';
import { committed, resultsIn, updateReadme } from './results.ts';
import { startOf } from './starts.ts';
import { endsTable, startsTable } from './table.ts';

startCommand();
const values = readValues({
  /** starts: the first 500 steps; ends: 25,000; smoke, smoke-ends: that they run. */
  part: { type: 'string', default: 'starts' },
  threads: { type: 'string', default: '2' },
  /** Only cases of so many layers. */
  layers: { type: 'string' },
  /** Only cases of one way. */
  way: { type: 'string' },
  /** Only cases of one seed. */
  seed: { type: 'string' },
  /** Folder of runs; those in it go on. */
  runs: { type: 'string', default: 'runs/flow-start' },
  /** Folder of the results; the figure and the tables of the README are those of the committed ones. */
  out: { type: 'string' },
  tables: { type: 'boolean', default: false },
});
const part = readEntry('part', values.part, parts);
const threads = readCount('threads', values.threads);
const layers = values.layers === undefined ? undefined : readCount('layers', values.layers);
const way = values.way === undefined ? undefined : readChoice('way', values.way, Object.keys(ways) as Way[]);
const seed = values.seed === undefined ? undefined : readCount('seed', values.seed, 0);
const folder = values.out ?? committed;

/** Cases are trained to their end, or only begun. */
const isLong = values.part.endsWith('ends');
const kind = join(folder, isLong ? 'ends' : 'starts');
const nameOf = ({ way, layers, seed }: Case) => `${way.replaceAll(/\W+/g, '-')}-${layers}-${seed}`;

if (!values.tables) await doAll();
const { starts, ends } = resultsIn(folder);
if (starts.length > 0) writeFileSync(join(folder, 'starts.png'), startsFigure(starts));
if (values.out === undefined) updateReadme({ write: true });
process.stdout.write(isLong ? endsTable(ends) : startsTable(starts));

async function doAll(): Promise<void> {
  const { signal, exitCode, release } = interruption({ tiedTo: 'parent' });
  const isWanted = (each: Case) =>
    each.layers === (layers ?? each.layers) && each.way === (way ?? each.way) && each.seed === (seed ?? each.seed);
  const cases = part.cases.filter(isWanted);
  if (cases.length === 0) {
    const expected = 'a case of this part';
    throw new ExpectationError({ where: '--layers, --way, --seed', expected, received: 'none' });
  }
  makeFolder(kind);
  for (const [i, each] of cases.entries()) {
    const file = join(kind, `${nameOf(each)}.json`);
    if (existsSync(file) || signal.aborted) continue;
    process.stderr.write(`${i + 1}/${cases.length} ${basename(file, '.json')}\n`);
    const result = isLong
      ? await endOf(each, part, { out: join(values.runs, nameOf(each)), threads, progress: process.stderr, signal })
      : await startOf(each, part, { threads, signal });
    if (result) writeFileAtomically(file, `${JSON.stringify(result, null, 2)}\n`);
  }
  release();
  process.exitCode = exitCode();
}
