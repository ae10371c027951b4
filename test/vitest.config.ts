// One run over the whole repository. The JSON report is what `.ci/run` counts from.
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** What takes longest, in that order: begun first, so that no core waits for it at the end. By itself vitest goes by the size of a file. */
const longest = [
  'flows/flow-laws',
  'packages/packages',
  'conformance/conformance',
  'faults/kill-and-resume',
  'bench/sections',
  'flowvae/command',
  'experiments/reproduce',
  'flowvae/every-setting/first-quarter',
  'flowvae/report',
  'flows/networked-flow-laws',
  'flowvae/onnx-files',
  'flows/check-flow',
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => {
      const found = longest.findIndex((name) => moduleId.endsWith(`/${name}.test.ts`));
      return found < 0 ? longest.length : found;
    };
    return (await super.sort(files)).toSorted((a, b) => place(a) - place(b));
  }
}

export default defineConfig({
  test: {
    root: fileURLToPath(new URL('.', import.meta.url)),
    include: ['**/*.test.ts'],
    globalSetup: ['processes/compiled-sources.ts'],
    // vitest by itself leaves one core to its main process, which has nothing to do while tests run
    maxWorkers: '100%',
    sequence: { sequencer: LongestFirst },
    testTimeout: 120_000,
    hookTimeout: 120_000,
    reporters: ['default', ['json', { outputFile: 'node_modules/.vitest/report.json' }]],
  },
});
