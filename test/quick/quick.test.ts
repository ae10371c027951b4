// Which tests a quick run takes: the nearest to a change, within its time.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { run } from '../packages/packing.ts';
import { changedFiles } from './changes.ts';
import { choose } from './choice.ts';
import { costIn, updated } from './durations.ts';
import { importGraph, stepsFrom } from './import-graph.ts';

const repository = {
  'README.md': '',
  'packages/flows/src/index.ts':
    "export { planar } from './planar.ts';\nexport { radial as round } from './radial.ts';",
  'packages/flows/src/planar.ts': "import { softplus } from './softplus.ts';",
  'packages/flows/src/radial.ts': '',
  'packages/flows/src/softplus.ts': '',
  'packages/flowvae/src/index.ts': "export * from '@flowvae/flows';",
  'packages/flowvae/src/command.ts': "const work = () => import('./work.ts');",
  'packages/flowvae/src/work.ts': '',
  'packages/flows/src/plain.ts': "export { readFormula } from './terms.ts';",
  'packages/flows/src/terms.ts': '',
  'test/command.test.ts': "import '../packages/flowvae/src/command.ts';",
  'test/terms.test.ts': "import { readFormula } from '@flowvae/flows/plain';",
  'experiments/fig1/run.ts': "import { round } from 'flowvae';",
  'test/planar.test.ts': "import { planar } from '@flowvae/flows';",
  'test/round.test.ts': "import { round } from 'flowvae';",
  'test/all.test.ts': "import * as flows from '@flowvae/flows';",
  'test/fig1.test.ts': "program('experiments/fig1/run.ts');",
  'test/pages.ts': "const pages = [root + '/README.md'];",
  'test/pages.test.ts': "import { pages } from './pages.ts';",
};

/** Tests that need a file, by their steps from it. */
const testsOf = (changed: string) =>
  Object.fromEntries([...stepsFrom([changed], importGraph(repository))].filter(([path]) => path.endsWith('.test.ts')));

describe('the import graph', () => {
  it('follows a name through indexes to the file that makes it', () => {
    expect(testsOf('packages/flows/src/radial.ts')).toEqual({
      'test/round.test.ts': 1,
      'test/fig1.test.ts': 2,
      'test/all.test.ts': 2,
    });
    expect(testsOf('packages/flows/src/softplus.ts')).toEqual({ 'test/planar.test.ts': 2, 'test/all.test.ts': 3 });
  });

  it('follows later imports, and names through a plain door', () => {
    expect(testsOf('packages/flowvae/src/work.ts')).toEqual({ 'test/command.test.ts': 2 });
    expect(testsOf('packages/flows/src/terms.ts')).toEqual({ 'test/terms.test.ts': 1 });
  });

  it('sees programs that a test starts and pages that it reads', () => {
    expect(testsOf('experiments/fig1/run.ts')).toEqual({ 'test/fig1.test.ts': 1 });
    expect(testsOf('README.md')).toEqual({ 'test/pages.test.ts': 2 });
  });

  it('counts a changed test as nearest', () => {
    expect(testsOf('test/all.test.ts')).toEqual({ 'test/all.test.ts': 0 });
  });
});

describe('a choice', () => {
  const steps = { near: 1, 'near and long': 1, far: 3 } as Readonly<Record<string, number>>;
  const cost = { near: 2, 'near and long': 50, far: 6, cheap: 1, dear: 4 } as Readonly<Record<string, number>>;
  const candidates = {
    files: Object.keys(cost),
    steps: (file: string) => steps[file],
    isOfRoom: () => false,
    cost: (file: string) => cost[file]!,
  };

  it('takes the nearest first, then the cheapest, and names the files that do not fit', () => {
    expect(choose({ ...candidates, budget: 10 })).toEqual({
      chosen: ['near', 'far', 'cheap'],
      leftOut: ['near and long'],
    });
    expect(choose({ ...candidates, budget: 2 })).toEqual({ chosen: ['near'], leftOut: ['near and long', 'far'] });
  });

  it('takes tests of the changed room as if they were nearest', () => {
    const isOfRoom = (file: string) => file === 'near and long' || file === 'dear';
    expect(
      choose({
        ...candidates,
        steps: (file) => ({ ...steps, far: 2, 'near and long': 7 })[file],
        isOfRoom,
        budget: 52,
      }),
    ).toEqual({
      chosen: ['near', 'near and long'],
      leftOut: ['far'],
    });
  });

  it('takes all where there is time', () => {
    expect(choose({ ...candidates, budget: 100 }).leftOut).toEqual([]);
  });
});

describe('durations', () => {
  it('are replaced by those of a report, and lose files that are gone', () => {
    const name = fileURLToPath(new URL('../flows/planar.test.ts', import.meta.url));
    const report = { testResults: [{ name, startTime: 1000, endTime: 3500 }] };
    const exists = (file: string) => file !== 'gone.test.ts';
    const before = { 'z.test.ts': 1, 'gone.test.ts': 2, 'flows/planar.test.ts': 9 };
    expect(updated(before, report, exists)).toEqual({ 'flows/planar.test.ts': 2.5, 'z.test.ts': 1 });
  });

  it('that are not on record count as the median', () => {
    const cost = costIn({ 'a.test.ts': 1, 'b.test.ts': 5, 'c.test.ts': 90 });
    expect(cost('new.test.ts')).toBe(cost('b.test.ts'));
    expect(cost('c.test.ts')).toBeGreaterThan(90);
  });
});

describe('changed files', () => {
  const folder = mkdtempSync(join(tmpdir(), 'flowvae-changes-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const git = (...args: string[]) =>
    run('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', '-c', 'commit.gpgsign=false', ...args], { cwd: folder });
  const commit = (file: string) => {
    writeFileSync(join(folder, file), '');
    git('add', '-A');
    git('commit', '-qm', file);
  };

  it('are those of the last commit on a clean main, else all since the branch left it', () => {
    git('init', '-q', '-b', 'main');
    commit('first');
    commit('second');
    expect(changedFiles(folder)).toEqual(['second']);
    git('checkout', '-qb', 'branch');
    commit('third');
    writeFileSync(join(folder, 'new'), '');
    expect(changedFiles(folder).toSorted()).toEqual(['new', 'third']);
    expect(changedFiles(folder, 'HEAD')).toEqual(['new']);
  });
});
