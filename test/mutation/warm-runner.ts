// vitest's runner for a process that runs many files: TensorFlow.js is as new for each, a file ends at its first
// failure, and each test says which marks it passed.
import * as tf from '@tensorflow/tfjs-core';
import type { RunnerTask, RunnerTestSuite } from 'vitest';
import { TestRunner } from 'vitest';

/** One for each place of the sources; code with marks sets it to 1. */
const marks = new Uint8Array(2 ** 16);
Object.assign(globalThis, { flowvaeMarks: marks });

// Without its parent the process has nothing to do. vitest forbids process.exit here.
process.removeAllListeners('disconnect').once('disconnect', () => process.kill(process.pid, 'SIGKILL'));

declare module 'vitest' {
  interface TaskMeta {
    /** Indices of the marks that were passed. */
    passed?: number[];
  }
}

/** The places that were passed since the last look. */
function takeMarks(): number[] {
  const passed: number[] = [];
  for (let i = marks.indexOf(1); i >= 0; i = marks.indexOf(1, i + 1)) passed.push(i);
  marks.fill(0);
  return passed;
}

/** Backends that packages register as they are loaded, which happens once. */
const ofPackages = new Set(['cpu', 'wasm']);

/** Leaves nothing of the last file: its backends are bound to modules that are loaded anew. */
function renewTensorFlow(): void {
  const { registry, registryFactory } = tf.engine();
  for (const name of Object.keys(registryFactory)) {
    if (ofPackages.has(name)) continue;
    delete registry[name];
    delete registryFactory[name];
  }
  tf.disposeVariables();
  if ('cpu' in registryFactory) tf.setBackend('cpu');
}

export default class WarmRunner extends TestRunner {
  /** Places that ran outside tests: while modules were loaded, in hooks. */
  #outside = new Set<number>();

  override importFile(...given: Parameters<TestRunner['importFile']>): unknown {
    renewTensorFlow();
    return super.importFile(...given);
  }

  override async onBeforeRunTask(test: RunnerTask): Promise<void> {
    for (const mark of takeMarks()) this.#outside.add(mark);
    await super.onBeforeRunTask(test);
  }

  override onAfterRunTask(test: RunnerTask): void {
    test.meta.passed = takeMarks();
    if (test.result?.state === 'fail') this.cancel('test-failure');
    super.onAfterRunTask(test);
  }

  override async onAfterRunSuite(suite: RunnerTestSuite): Promise<void> {
    for (const mark of takeMarks()) this.#outside.add(mark);
    if ('filepath' in suite) suite.meta.passed = [...this.#outside];
    await super.onAfterRunSuite(suite);
  }
}
