// Writing a model to a run folder and reading it back, as `flowvae train` and `flowvae evaluate` do.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RunFolder } from 'flowvae';
import { type Candidate, medianDuration } from '../measurement.ts';
import { problemOf, type Setting } from '../setting.ts';

/** Milliseconds of one save or load. */
export const modelFile = (setting: Setting, direction: 'save' | 'load'): Candidate => ({
  name: 'flowvae',
  async start() {
    const { variables } = (await problemOf(setting)).model;
    const parent = mkdtempSync(join(tmpdir(), 'flowvae-bench-'));
    const folder = RunFolder.create(join(parent, 'run'), {});
    folder.saveModel(variables);
    const work = { save: () => folder.saveModel(variables), load: () => folder.loadModel(variables) };
    return {
      measure: (count) => medianDuration(work[direction], count, 2),
      async close() {
        rmSync(parent, { recursive: true });
        for (const variable of Object.values(variables)) variable.dispose();
      },
    };
  },
});
