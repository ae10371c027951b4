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
    // a process that is shared ends where a file of another project comes
    const turn = ({ project }: TestSpecification) => ['shared by commands', 'shared'].indexOf(project.name);
    return (await super.sort(files)).toSorted((a, b) => turn(a) - turn(b) || seconds(b) - seconds(a));
  }
}

/**
 * Folders of many short files. Files that share a process load the packages once, which takes longer than most of their
 * tests.
 */
const sharing = [
  ...['comparison', 'compiler', 'density', 'distributions', 'evaluation', 'figures', 'flows', 'inference'],
  ...[
    'objectives',
    'random',
    'tensor',
    'training',
    'vae',
    'datasets',
    'runs',
    'sweeps',
    'lab',
    'experiments',
    ...['bench', 'documentation', 'fusions', 'interop', 'mutation', 'quick', 'reference'],
  ],
].map((name) => `${name}/**/*.test.ts`);

/** The same for tests of the command, which draw small pictures. */
const commands = ['flowvae/**/*.test.ts'];

/** Files in these folders that replace modules, change the backend or V8's flags, or end processes. */
const exceptions = [
  'evaluation/ending-threads.test.ts',
  'figures/font.test.ts',
  'tensor/eager-backend.test.ts',
  'compiler/export/*.test.ts',
  ...[
    'autoencoder',
    'backend',
    'cache',
    'declared-kernels',
    'executor/relaxed',
    'executor/threads',
    'kernels',
    'session-pool',
    'special-values',
    'trace-errors',
  ].map((name) => `compiler/${name}.test.ts`),
  ...['counters', 'fallback', 'function-runner', 'memory', 'non-finite', 'parallel', 'without-shared-memory'].map(
    (name) => `training/${name}.test.ts`,
  ),
  'flowvae/every-setting/*.test.ts', // long ones, which need a core each
  'flowvae/records/*.test.ts',
  ...['closed-pipes', 'data-command', 'evaluation-memory', 'launch', 'light-start', 'parsed-once'].map(
    (name) => `flowvae/${name}.test.ts`,
  ),
];

const installed = '**/node_modules/**';

/** Of shared processes. */
const setup = ['processes/cpu-backend.ts', 'processes/kept-threads.ts'];

/** Of every project: vitest gives the projects nothing of the options above them. */
const common = {
  root,
  testTimeout: 120_000,
  hookTimeout: 120_000,
  // tracing makes many short-lived objects: fewer collections of the young ones
  execArgv: ['--max-semi-space-size=64'],
};

/** A file is in `exceptions`, or in `sharing` or `commands` alone, or in none of them. */
const projects = [
  { name: 'alone', include: ['**/*.test.ts'], exclude: [installed, ...sharing, ...commands] },
  { name: 'alone, too', include: exceptions },
  {
    name: 'shared',
    include: sharing,
    exclude: [installed, ...exceptions],
    isolate: false,
    setupFiles: setup,
  },
  {
    name: 'shared by commands',
    include: commands,
    exclude: [installed, ...exceptions],
    isolate: false,
    setupFiles: ['processes/small-pages.ts', ...setup],
  },
];

export default defineConfig({
  test: {
    root,
    globalSetup: ['processes/temporary-folder.ts', 'processes/compiled-sources.ts'],
    // vitest by itself leaves one core to its main process, which has nothing to do while tests run
    maxWorkers: '100%',
    sequence: { sequencer: LongestFirst },
    reporters: ['default', ['json', { outputFile: 'node_modules/.vitest/report.json' }]],
    projects: projects.map((project) => ({ test: { ...common, ...project } })),
  },
});
