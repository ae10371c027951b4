// One run over the whole repository. `.ci/run` counts from the JSON report.
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { costIn, recorded } from './quick/durations.ts';

const root = fileURLToPath(new URL('.', import.meta.url));

const cost = costIn(recorded());

/**
 * The longest files begin first, so that no core waits for them at the end. By itself vitest goes by the size of a
 * file.
 */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const seconds = ({ moduleId }: TestSpecification) => cost(relative(root, moduleId).replaceAll('\\', '/'));
    return (await super.sort(files)).toSorted((a, b) => seconds(b) - seconds(a));
  }
}

export default defineConfig({
  test: {
    root,
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
