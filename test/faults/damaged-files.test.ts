// Files of a run and of a data set, damaged in thousands of ways: each gives an ExpectationError, a fallback with a
// notice, or the original content. No other error is thrown, and no other content is accepted.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { fold, key } from '@flowvae/random';
import { RunFolder, resumeRun } from '@flowvae/runs';
import { ExpectationError } from '@flowvae/tensor';
import { completeConfig, openRun, trainRun } from 'flowvae';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { experiment } from '../../packages/flowvae/src/run/experiment.ts';
import { folderOf, idxImages, idxLabels } from '../datasets/idx-fixtures.ts';
import { tinySettings } from '../flowvae/tiny-run.ts';
import { damaged } from './damage.ts';

const root = mkdtempSync(join(tmpdir(), 'flowvae-damage-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const RUN_CASES = 1250;
const MODEL_CASES = 330;
const DATA_CASES = 450;

const data = folderOf({
  'train-images-idx3-ubyte.gz': gzipSync(idxImages(60, 6, 5)),
  'train-labels-idx1-ubyte': idxLabels(60),
  't10k-images-idx3-ubyte': idxImages(12, 6, 5, 77),
});
const config = completeConfig({ ...tinySettings, data, flow: 'none', steps: 12, evalImages: 1, validateEvery: 3 });
const path = join(root, 'run');

/** All files of a folder by their paths inside it. */
function snapshot(folder: string): Map<string, Buffer> {
  const names = readdirSync(folder, { recursive: true })
    .map(String)
    .filter((name) => !name.endsWith('png'));
  return new Map(
    names
      .filter((name) => statSync(join(folder, name)).isFile())
      .map((name) => [name, readFileSync(join(folder, name))]),
  );
}

function restore(folder: string, files: ReadonlyMap<string, Buffer>): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, 'checkpoints'), { recursive: true });
  for (const [name, bytes] of files) writeFileSync(join(folder, name), bytes);
}

/** The result of an attempt that takes time, or its ExpectationError. @throws any other error */
async function attempted<T>(action: () => Promise<T>): Promise<T | ExpectationError> {
  try {
    return await action();
  } catch (error) {
    if (error instanceof ExpectationError) return error;
    throw error;
  }
}

/** The result of an attempt, or its ExpectationError. @throws any other error */
function attempt<T>(action: () => T): T | ExpectationError {
  try {
    return action();
  } catch (error) {
    if (error instanceof ExpectationError) return error;
    throw error;
  }
}

let files: Map<string, Buffer>;
let stored: { readonly config: Record<string, unknown>; readonly versions: Record<string, string> };

const takeUp = () => {
  const run = resumeRun(path, stored);
  run.close();
  return run;
};

/** Everything of a state, as text that is equal for equal bytes. */
const stateText = (state: unknown) =>
  JSON.stringify(state, (_, value) =>
    value instanceof Float32Array ? Buffer.from(value.buffer).toString('base64') : value,
  );

beforeAll(async () => {
  await trainRun(config, { out: path, checkpointEvery: 5 });
  const { versions, ...rest } = RunFolder.claimed(path).readConfig();
  stored = { config: rest, versions: versions as Record<string, string> };
  takeUp(); // without the pictures at the end of the event file
  files = snapshot(path);
});

it(`${RUN_CASES} damaged files of a run, taken up`, () => {
  const names = [...files.keys()].filter((name) => !/report|^model|^test-scores/.test(name)).toSorted();
  expect(names.map((name) => name.replace(/0+/, ''))).toEqual([
    'checkpoints/step-10.json',
    'checkpoints/step-10.safetensors',
    'checkpoints/step-12.json',
    'checkpoints/step-12.safetensors',
    'config.json',
    'events.out.tfevents.flowvae',
    'metrics.jsonl',
  ]);
  const latest = takeUp();
  restore(path, files);
  for (const kind of ['json', 'safetensors']) rmSync(join(path, `checkpoints/step-000000012.${kind}`));
  const before = takeUp();
  const pristine = new Map([latest, before].map(({ from }) => [from!.step, stateText(from)]));
  expect([...pristine.keys()]).toEqual([12, 10]);
  const metrics = files.get('metrics.jsonl')!;
  const seen = { refused: 0, fallback: 0, asWritten: 0 };
  for (let i = 0; i < RUN_CASES; i++) {
    const name = names[i % names.length]!;
    const damage = damaged(files.get(name)!, fold(key(1), i));
    const context = `case ${i}: ${name}, ${damage.name}`;
    restore(path, files);
    writeFileSync(join(path, name), damage.bytes);
    const run = attempt(takeUp);
    if (run instanceof ExpectationError) {
      expect([context, run.message]).toEqual([context, expect.stringMatching(/: expected .*, got /s)]);
      seen.refused++;
      continue;
    }
    expect([context, stateText(run.from)]).toEqual([context, pristine.get(run.from!.step)]);
    const kept = readFileSync(join(path, 'metrics.jsonl'));
    expect([context, kept.equals(metrics.subarray(0, kept.length))]).toEqual([context, true]);
    expect(run.entries.at(-1)!.step).toBeLessThanOrEqual(run.from!.step);
    const said = run.notices.filter((notice) => /cannot be used|was damaged/.test(notice));
    if (run.from!.step !== 12) expect([context, said.length]).toEqual([context, 1]);
    if (said.length > 0) seen.fallback++;
    else seen.asWritten++;
  }
  restore(path, files);
  // all of config.json, and of metrics.jsonl where no checkpoint is before it
  expect(seen.refused).toBeGreaterThan(RUN_CASES / 10);
  expect(seen.fallback).toBeGreaterThan(RUN_CASES / 4);
  expect(seen.asWritten).toBeGreaterThan(RUN_CASES / 8); // the checkpoint that is not the latest
});

it(`${MODEL_CASES} damaged configs and models of a finished run, opened`, async () => {
  const open = async () => {
    const { parts } = await openRun(path);
    const values = Object.entries(parts.model.variables).map(([name, variable]) => [
      name,
      Float32Array.from(variable.dataSync()),
    ]);
    for (const variable of Object.values(parts.model.variables)) variable.dispose();
    return stateText([parts.config, values]);
  };
  const pristine = await open();
  let refused = 0;
  for (let i = 0; i < MODEL_CASES; i++) {
    const name = ['config.json', 'model.safetensors', 'metrics.jsonl'][i % 3]!;
    const damage = damaged(files.get(name)!, fold(key(2), i));
    const context = `case ${i}: ${name}, ${damage.name}`;
    writeFileSync(join(path, name), damage.bytes);
    const opened = await attempted(
      name === 'metrics.jsonl' ? async () => void RunFolder.claimed(path).readMetrics() : open,
    );
    if (opened instanceof ExpectationError) refused++;
    else if (opened !== undefined) expect([context, opened]).toEqual([context, pristine]);
    writeFileSync(join(path, name), files.get(name)!);
  }
  expect(refused).toBeGreaterThan(MODEL_CASES / 2);
});

describe(`${DATA_CASES} damaged IDX files`, () => {
  it('are refused, or are other pixels than the run began with, which are refused where it goes on', async () => {
    const originals = snapshot(data);
    const names = [...originals.keys()];
    const checksum = stored.config.dataSha256;
    let refused = 0;
    let other = 0;
    for (let i = 0; i < DATA_CASES; i++) {
      const name = names[i % names.length]!;
      const damage = damaged(originals.get(name)!, fold(key(3), i));
      const context = `case ${i}: ${name}, ${damage.name}`;
      writeFileSync(join(data, name), damage.bytes);
      const found = await attempted(async () => {
        const parts = await experiment(config);
        for (const variable of Object.values(parts.model.variables)) variable.dispose();
        return { checksum: parts.set.checksum(), pixels: 30 * parts.set.splits.train.length };
      });
      if (found instanceof ExpectationError) refused++;
      else if (found.checksum !== checksum) {
        other++;
        expect([context, found.pixels]).toEqual([context, 50 * 30]);
        expect(await attempted(() => openRun(path))).toBeInstanceOf(ExpectationError);
      }
      writeFileSync(join(data, name), originals.get(name)!);
    }
    expect([refused > DATA_CASES / 4, other > DATA_CASES / 8]).toEqual([true, true]);
    expect((await openRun(path)).parts.config).toEqual({ ...config, likelihood: 'bernoulli', standardize: 'no' });
  });
});

it('reading damaged files takes no more memory than the files need', () => {
  expect(process.memoryUsage.rss()).toBeLessThan(2 ** 30);
});
