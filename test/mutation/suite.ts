// The test suite in one warm process, over sources that are changed in memory only.
import { fileURLToPath } from 'node:url';
import { createVitest, type TestModule, type Vitest } from 'vitest/node';
import { WarmPool } from './warm-pool.ts';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/** A test of a file, as it ran. */
interface RanTest {
  readonly id: string;
  readonly milliseconds: number;
  readonly passedMarks: readonly number[];
}

/** How the tests of a file ended. */
export interface Outcome {
  readonly end: 'passed' | 'failed' | 'timed out';
  /** The first test that failed, or the error outside tests. */
  readonly failure?: string;
  readonly tests: readonly RanTest[];
  readonly milliseconds: number;
  /** Marks that were passed outside tests. */
  readonly passedMarks: readonly number[];
}

/** Which tests of a file run, and for how long at most. */
export interface Request {
  /** Path from the root of the repository. */
  readonly file: string;
  /** All where left out. */
  readonly testIds?: readonly string[];
  readonly timeout: number;
}

/** Runs test files one at a time. */
export class Suite {
  readonly #pool = new WarmPool();
  readonly #changed = new Map<string, string>();
  #vitest: Vitest | undefined;

  /** Text that stands in the place of a source; undefined for its own. */
  async change(file: string, text: string | undefined): Promise<void> {
    const path = root + file;
    if (text === undefined) this.#changed.delete(path);
    else this.#changed.set(path, text);
    const vitest = await this.#started();
    vitest.invalidateFile(path); // the modules read from it here
    vitest.watcher.invalidates.add(path); // and in the process
  }

  async run({ file, testIds, timeout }: Request): Promise<Outcome> {
    const vitest = await this.#started();
    const specification = vitest
      .getRootProject()
      .createSpecification(root + file, testIds ? { testIds: [...testIds] } : undefined);
    const start = performance.now();
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      this.#pool.end();
    }, timeout);
    try {
      const { testModules, unhandledErrors } = await vitest.runTestSpecifications([specification]);
      const own = testModules.filter(({ moduleId }) => moduleId === specification.moduleId);
      const failure = failureOf(own, unhandledErrors);
      const end = isLate ? 'timed out' : failure === undefined ? 'passed' : 'failed';
      return {
        end,
        ...(end === 'failed' ? { failure: failure! } : {}),
        tests: own.flatMap((module) => [...module.children.allTests()].map(ran)),
        milliseconds: performance.now() - start,
        passedMarks: own.flatMap((module) => module.meta().passed ?? []),
      };
    } finally {
      clearTimeout(timer);
      vitest.state.clearErrors();
      vitest.state.filesMap.clear(); // otherwise earlier runs count again
    }
  }

  async close(): Promise<void> {
    this.#pool.end();
    await this.#vitest?.close();
  }

  async #started(): Promise<Vitest> {
    this.#vitest ??= await createVitest(
      'test',
      {
        root: `${root}test`,
        config: false,
        watch: false,
        pool: this.#pool,
        maxWorkers: 1,
        runner: fileURLToPath(new URL('warm-runner.ts', import.meta.url)),
        include: ['**/*.test.ts'],
        reporters: [{}],
        testTimeout: 120_000,
        hookTimeout: 120_000,
        update: 'none',
      },
      {
        plugins: [{ name: 'changed-sources', enforce: 'pre', load: (id) => this.#changed.get(id.split('?')[0]!) }],
        server: { watch: null },
      },
    );
    return this.#vitest;
  }
}

const ran = (test: ReturnType<TestModule['children']['allTests']> extends Iterable<infer T> ? T : never): RanTest => ({
  id: test.id,
  milliseconds: test.diagnostic()?.duration ?? 0,
  passedMarks: test.meta().passed ?? [],
});

function failureOf(modules: readonly TestModule[], errors: readonly unknown[]): string | undefined {
  for (const module of modules) {
    for (const test of module.children.allTests('failed')) return test.fullName;
    if (!module.ok()) return module.errors()[0]?.message.split('\n')[0] ?? 'the file failed';
  }
  if (errors.length > 0) return String((errors[0] as { message?: unknown }).message ?? errors[0]).split('\n')[0];
  return modules.length > 0 ? undefined : 'no tests ran';
}
