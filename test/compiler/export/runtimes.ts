// ONNX files in the runtimes that a user may have: native in Node, WebAssembly, Python.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Arrays, loadRuntime } from '@flowvae/compiler';
import * as web from 'onnxruntime-web';

/** Inputs of a run: numbers and shape. */
export type Feeds = Readonly<Record<string, { readonly data: Float32Array; readonly shape: readonly number[] }>>;

/** Outputs of a run as plain numbers. */
export type Numbers = Readonly<Record<string, { readonly data: number[]; readonly shape: readonly number[] }>>;

/** Runs a file and gives its outputs. */
export type RunFile = (bytes: Uint8Array, feeds: Feeds) => Promise<Numbers>;

/** The file in onnxruntime-node. */
export const runNative: RunFile = async (bytes, feeds) => {
  const runtime = await loadRuntime();
  if (typeof runtime === 'string') throw new Error(runtime);
  const session = await runtime.InferenceSession.create(bytes);
  const tensors = Object.entries(feeds).map(([name, { data, shape }]) => [name, new runtime.Tensor(data, shape)]);
  const outputs = await session.run(Object.fromEntries(tensors));
  await session.release();
  return plain(outputs);
};

/** The file in onnxruntime-web's WebAssembly. */
export const runWeb: RunFile = async (bytes, feeds) => {
  web.env.wasm.numThreads = 1;
  const session = await web.InferenceSession.create(bytes, { executionProviders: ['wasm'] });
  const tensors = Object.entries(feeds).map(([name, { data, shape }]) => [name, new web.Tensor(data, shape)]);
  const outputs = await session.run(Object.fromEntries(tensors));
  await session.release();
  return plain(outputs);
};

interface Described {
  readonly data: unknown;
  readonly dims: readonly number[];
}

const plain = (outputs: Readonly<Record<string, Described>>): Numbers =>
  Object.fromEntries(
    Object.entries(outputs).map(([name, { data, dims }]) => [
      name,
      { data: Array.from(data as Float32Array, Number), shape: dims },
    ]),
  );

const script = fileURLToPath(new URL('run_model.py', import.meta.url));

/** Whether Python has the packages that check and run a file. */
export const hasPython = (): boolean =>
  spawnSync('python3', ['-c', 'import numpy, onnx, onnxruntime'], { timeout: 50_000 }).status === 0;

/** A file with its inputs. */
export interface Model {
  readonly bytes: Uint8Array;
  readonly feeds: Feeds;
}

/**
 * Checks files with `onnx.checker` (full check) and runs them in Python's onnxruntime, all in one process; outputs or
 * an error of each.
 */
export function runPython(
  models: readonly Model[],
): readonly { readonly outputs?: Numbers; readonly error?: string }[] {
  const folder = mkdtempSync(join(tmpdir(), 'flowvae-export-'));
  try {
    const given = models.map(({ bytes, feeds }, i) => {
      const file = join(folder, `${i}.onnx`);
      writeFileSync(file, bytes);
      const lists = Object.entries(feeds).map(([name, { data, shape }]) => [name, { data: [...data], shape }]);
      return { file, feeds: Object.fromEntries(lists) };
    });
    const child = spawnSync('python3', [script], { input: JSON.stringify(given), encoding: 'utf8', timeout: 50_000 });
    if (child.status !== 0) throw new Error(child.stderr);
    return JSON.parse(child.stdout) as { outputs?: Numbers; error?: string }[];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Feeds for a compiled function of the same inputs. */
export const arraysOf = (feeds: Feeds): Arrays =>
  Object.fromEntries(Object.entries(feeds).map(([name, { data }]) => [name, data]));

/** Where two sets of numbers differ by more than float32 rounding. */
export function differences(got: Numbers, expected: Numbers, tolerance = 2e-6): string[] {
  const names = [...new Set([...Object.keys(got), ...Object.keys(expected)])];
  return names.flatMap((name) => {
    const [a, b] = [got[name], expected[name]];
    if (!a || !b || String(a.shape) !== String(b.shape)) return [`${name}: shape ${a?.shape}, expected ${b?.shape}`];
    return a.data.flatMap((number, i) => {
      const wanted = b.data[i]!;
      const agrees =
        Object.is(number, wanted) || Math.abs(number - wanted) <= tolerance * Math.max(1, Math.abs(wanted));
      return agrees ? [] : [`${name}[${i}]: ${number}, expected ${wanted}`];
    });
  });
}

/**
 * The largest difference of two sets of numbers, relative where they exceed 1; infinite where shapes or names differ.
 */
export function relativeDifference(got: Numbers, expected: Numbers): number {
  const names = [...new Set([...Object.keys(got), ...Object.keys(expected)])];
  const differences = names.flatMap((name) => {
    const [a, b] = [got[name], expected[name]];
    if (!a || !b || String(a.shape) !== String(b.shape)) return [Number.POSITIVE_INFINITY];
    return a.data.map((number, i) => {
      const wanted = b.data[i]!;
      if (Object.is(number, wanted)) return 0;
      const difference = Math.abs(number - wanted) / Math.max(1, Math.abs(wanted));
      return Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference;
    });
  });
  return Math.max(0, ...differences);
}
