// `pnpm test:quick [--since <commit>]`: the tests that a change most likely breaks, in under a minute on two cores.
// `--record` writes down how long
// files took in the last run.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { tolerateClosedPipes } from '../../packages/flowvae/src/command/closed-pipes.ts';
import { readRepository } from '../architecture/file-map.ts';
import { readArguments } from '../processes/arguments.ts';
import { changedFiles } from './changes.ts';
import { choose } from './choice.ts';
import { costIn, recorded, recordFile, report, updated } from './durations.ts';
import { importGraph, stepsFrom } from './import-graph.ts';

tolerateClosedPipes();

const root = fileURLToPath(new URL('../..', import.meta.url));

const usage = `usage: pnpm test:quick [--since <commit>] [--list]
  --since <commit>  the change is all since there; default: since the branch left main
  --list            names the files, and runs nothing
  --record          writes the durations of the last run of 'pnpm unit' into test/quick/durations.json`;

/** Seconds of test files, two at a time, that leave time for git, imports and the programs that tests start. */
const BUDGET = 70;

/** A test file with this comment runs for every change. */
const ALWAYS = '// In every quick run.';

/** How many of the files that do not fit are named. */
const SHOWN = 5;

/** `flows` of packages/flows/src/flow.ts and of test/flows/planar.test.ts; `experiments` of every experiment. */
const roomOf = (path: string) => /^(?:packages|test)\/([^/]+)\//.exec(path)?.[1] ?? path.split('/')[0]!;

const { values } = readArguments(usage, {
  options: { since: { type: 'string' }, list: { type: 'boolean' }, record: { type: 'boolean' } },
});

if (values.record) {
  const now = updated(recorded(), JSON.parse(readFileSync(report, 'utf8')), (file) =>
    existsSync(join(root, 'test', file)),
  );
  writeFileSync(recordFile, `${JSON.stringify(now, null, 2)}\n`);
} else {
  const files = readRepository(root);
  const tests = Object.keys(files).filter((path) => /^test\/.*\.test\.ts$/.test(path));
  const changed = changedFiles(root, values.since);
  const steps = stepsFrom(changed, importGraph(files));
  const cost = costIn(recorded());
  const rooms = new Set(changed.map(roomOf));
  const isAlways = (file: string) => files[file]!.includes(ALWAYS);
  const { chosen, leftOut } = choose({
    files: tests,
    steps: (file) => (isAlways(file) ? 0 : steps.get(file)),
    isOfRoom: (file) => rooms.has(roomOf(file)),
    cost: (file) => cost(file.slice('test/'.length)),
    budget: BUDGET,
  });
  const near = chosen.filter((file) => steps.has(file));
  const others = chosen.length - near.length;
  process.stderr.write(
    `${changed.length} changed files; ${near.length} of ${near.length + leftOut.length} test files that need them, and ${others} others\n`,
  );
  for (const file of leftOut.slice(0, SHOWN)) process.stderr.write(`  does not fit into a minute: ${file}\n`);
  if (leftOut.length > SHOWN) process.stderr.write(`  nor do ${leftOut.length - SHOWN} more\n`);
  if (values.list) process.stdout.write(`${chosen.join('\n')}\n`);
  else {
    const vitest = join(root, 'node_modules/vitest/vitest.mjs');
    const args = [vitest, 'run', '--config', join(root, 'test/vitest.config.ts')];
    const paths = chosen.map((file) => join(root, file));
    process.exitCode = spawnSync(process.execPath, [...args, ...paths], { stdio: 'inherit' }).status ?? 1;
  }
}
