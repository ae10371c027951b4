// A system that refuses to read or write while a run is begun or taken up: nothing is lost, and the folder is free
// again.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beginRun, readLatestCheckpoint, resumeRun } from '@flowvae/runs';
import { tf } from '@flowvae/tensor';
import { fit, sgd } from '@flowvae/training';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { quadratic } from '../training/problems.ts';
import { steppingInto, systemError } from './file-operations.ts';

const root = mkdtempSync(join(tmpdir(), 'flowvae-refusing-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

let next = 0;
let path: string;
beforeEach(() => {
  path = join(root, `run${next++}`);
});

const options = { config: {}, checkpointEvery: 4 };

/** A run of 10 steps, with checkpoints of steps 8 and 10. */
async function trained() {
  const { problem, variables } = quadratic([5], () => [0]);
  const run = beginRun(path, options);
  await fit({ ...problem, variables, optimizer: sgd(0.1), steps: 10, entryEvery: 2, callbacks: run.callbacks });
  run.close();
  tf.dispose(variables.w!);
  return run.folder;
}

const contents = () =>
  readdirSync(path, { recursive: true })
    .map((name) => join(path, String(name)))
    .filter((name) => statSync(name).isFile())
    .toSorted()
    .map((name) => [name, readFileSync(name).toString('base64')]);

const refusing = <T>(name: string, code: string, action: () => T) =>
  steppingInto(
    ['readFileSync'],
    (_, [read]) => {
      if (String(read).endsWith(name)) throw systemError(code);
    },
    action,
  );

describe('a file that the system does not let be read', () => {
  it.each(
    ['step-000000010.json', 'step-000000010.safetensors', 'metrics.jsonl', 'events.out.tfevents.flowvae'].flatMap(
      (name) => ['EACCES', 'EIO', 'EMFILE', 'ESTALE'].map((code) => [name, code] as const),
    ),
  )('%s, %s: the run is refused, and everything stays', async (name, code) => {
    const folder = await trained();
    const before = contents();
    const message = expect.stringMatching(new RegExp(`${name}: expected a file that can be read, got ${code}; `));
    const refusal = expect.objectContaining({ name: 'ExpectationError', message });
    expect(() => refusing(name, code, () => resumeRun(path, options))).toThrow(refusal);
    if (!name.startsWith('events')) {
      expect(() => refusing(name, code, () => readLatestCheckpoint(folder))).toThrow(refusal);
    }
    expect(contents()).toEqual(before);
    const run = resumeRun(path, options);
    run.close();
    expect(run.from?.step).toBe(10);
  });
});

it('a checkpoint that cannot be used is moved aside, not removed', async () => {
  await trained();
  const [record, arrays] = ['json', 'safetensors'].map((kind) => join(path, 'checkpoints', `step-000000010.${kind}`));
  writeFileSync(arrays!, 'damaged');
  const written = readFileSync(record!);
  const run = resumeRun(path, options);
  run.close();
  expect(run.from?.step).toBe(8);
  expect(readFileSync(`${record}.damaged`)).toEqual(written);
  expect(readFileSync(`${arrays}.damaged`, 'utf8')).toBe('damaged');
  const again = resumeRun(path, options);
  again.close();
  expect(again.notices).toEqual(['going on after step 8']);
  expect(existsSync(`${arrays}.damaged`)).toBe(true);
});

describe('a folder that a run cannot begin in', () => {
  it.each([
    ['mkdirSync', 'checkpoints'],
    ['writeFileSync', 'metrics.jsonl'],
    ['writeFileSync', 'events.out.tfevents.flowvae'],
  ] as const)('%s of %s fails: the lock is released', (operation, name) => {
    const full = () =>
      steppingInto(
        [operation],
        (_, [place]) => {
          if (String(place).endsWith(name)) throw systemError('ENOSPC');
        },
        () => beginRun(path, options),
      );
    expect(full).toThrow('got ENOSPC; free some disk space');
    expect(readdirSync(path).filter((each) => each.includes('lock'))).toEqual([]);
    resumeRun(path, options).close();
  });
});
