// `pnpm same-bytes COMMIT [--steps 300] [--threads 1,2] [formula …]`: trains small models at this commit and at another
// one and compares parameters, optimiser state and metrics byte by byte. It shows that a change of structure changes no
// number. Progress to stderr, the table to stdout; exits with 1 where bytes differ.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { tolerateClosedPipes } from '../../packages/flowvae/src/command/closed-pipes.ts';
import { checkedFormulas } from '../cases/checked-formulas.ts';
import { readArguments, refuse, wholeNumber } from '../processes/arguments.ts';

tolerateClosedPipes();

const USAGE = 'pnpm same-bytes COMMIT [--steps 300] [--threads 1,2] [formula …]';
const { values, positionals } = readArguments(USAGE, {
  allowPositionals: true,
  options: { steps: { type: 'string', default: '300' }, threads: { type: 'string', default: '1,2' } },
});
const [commit, ...asked] = positionals;
if (commit === undefined) refuse('expected a commit to compare with', USAGE);
const steps = wholeNumber('steps', values.steps, USAGE);
const threads = values.threads.split(',').map((count) => wholeNumber('threads', count, USAGE));
/** One formula of each family, by the name that it begins with, and the chain of the paper. */
const ofEachFamily = Object.values(
  Object.fromEntries(checkedFormulas.map((formula) => [/^[a-z-]+/.exec(formula)![0], formula])),
);
const formulas = asked.length > 0 ? asked : ['none', 'planar*10', ...ofEachFamily];

const here = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'flowvae-same-bytes-'));

/** Runs a program to its end; its output is shown where it fails. */
function run(cwd: string, program: string, ...args: readonly string[]): void {
  const { status, stdout, stderr } = spawnSync(program, args, {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} in ${cwd}: exit ${status}\n${stdout}${stderr}`);
}

const withoutTimes = (line: string) => line.replace(/,"msPerStep":[^,}]*/, '');

/** SHA-256 of the files that a run of the checkout at `root` writes. */
function digest(root: string, formula: string, count: number): string {
  const out = mkdtempSync(join(folder, 'run-'));
  const small = ['--hidden', '32', '--latent', '8', '--batch', '20', '--eval-images', '0', '--seed', '0'];
  const length = ['--steps', String(steps), '--threads', String(count)];
  run(root, 'node_modules/.bin/flowvae', 'train', '--flow', formula, ...small, ...length, '--out', out);
  const hash = createHash('sha256').update(arraysOf(readFileSync(join(out, 'model.safetensors'))));
  for (const file of readdirSync(join(out, 'checkpoints')).filter((name) => name.endsWith('.safetensors')))
    hash.update(arraysOf(readFileSync(join(out, 'checkpoints', file))));
  hash.update(readFileSync(join(out, 'metrics.jsonl'), 'utf8').split('\n').map(withoutTimes).join('\n'));
  rmSync(out, { recursive: true });
  return hash.digest('hex');
}

const before = join(folder, 'before');
run(here, 'git', 'worktree', 'add', '--detach', before, commit);
try {
  run(before, 'pnpm', 'install', '--frozen-lockfile', '--prefer-offline');
  console.log(`| flow | threads | SHA-256 at ${commit} | here |\n| --- | ---: | --- | --- |`);
  for (const formula of formulas) {
    for (const count of threads) {
      const [old, now] = [digest(before, formula, count), digest(here, formula, count)];
      process.stderr.write(`${formula}, ${count} threads: ${old === now ? 'equal' : 'different'}\n`);
      console.log(`| ${formula} | ${count} | ${old.slice(0, 12)} | ${old === now ? 'equal' : now.slice(0, 12)} |`);
      if (old !== now) process.exitCode = 1;
    }
  }
} finally {
  run(here, 'git', 'worktree', 'remove', '--force', before);
  rmSync(folder, { recursive: true, force: true });
}

/** A safetensors file without its metadata, in which versions describe their data differently. */
function arraysOf(file: Buffer): string {
  const end = 8 + Number(file.readBigUInt64LE(0));
  const { __metadata__: _, ...tensors } = JSON.parse(file.toString('utf8', 8, end));
  return `${JSON.stringify(tensors)}${file.toString('base64', end)}`;
}
