// The runner of this machine: jobs as processes, their endings, and a stop.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Job, processes, type SweepState } from '@flowvae/sweeps';
import { afterAll, expect, it } from 'vitest';

const root = mkdtempSync(join(tmpdir(), 'flowvae-processes-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const jobsOf = (...slugs: string[]): Job[] => slugs.map((slug, index) => ({ slug, index }));

let next = 0;

/** Runs jobs whose programs are given by name. */
async function ran(programs: Readonly<Record<string, string>>, { jobs = 2, stopAfter = 0 } = {}) {
  const folder = join(root, String(next++));
  const controller = new AbortController();
  const states: SweepState[] = [];
  if (stopAfter > 0) setTimeout(() => controller.abort(), stopAfter);
  const state = await processes({ jobs }).run(jobsOf(...Object.keys(programs)), {
    folder,
    commandOf: ({ slug }) => [process.execPath, '-e', programs[slug]!, join(folder, slug)],
    isDone: ({ slug }) => existsSync(join(folder, slug)),
    signal: controller.signal,
    onChange: (now) => void states.push(now),
  });
  return { folder, state, states };
}

const writes = 'require("node:fs").writeFileSync(process.argv[1], "")';

it('processes tells how each job ended, and keeps its output in a log', async () => {
  const { folder, state } = await ran({
    fine: `console.log("from fine"); ${writes}`,
    mistaken: 'console.error("flowvae: --lr: expected a number"); process.exit(2)',
    broken: 'throw new TypeError("no such thing")',
    busy: 'process.exit(75)',
    killed: 'process.kill(process.pid, "SIGKILL")',
  });
  expect(state).toMatchObject({ total: 5, done: 1, running: {}, locked: ['busy'] });
  expect(Object.keys(state.failed).toSorted()).toEqual(['broken', 'killed', 'mistaken']);
  expect(state.failed.mistaken).toBe('--lr: expected a number');
  expect(state.failed.broken).toBe('TypeError: no such thing');
  expect(state.failed.killed).toMatch(/^SIGKILL ended it; the same command goes on/);
  expect(readFileSync(join(folder, 'logs/fine.log'), 'utf8')).toBe('from fine\n');
});

it('processes runs as many at once as it may, in their order', async () => {
  const slow = `setTimeout(() => { ${writes} }, 150)`;
  const { states } = await ran({ a: slow, b: slow, c: slow, d: slow }, { jobs: 2 });
  expect(Math.max(...states.map(({ running }) => Object.keys(running).length))).toBe(2);
  const first = states.find(({ running }) => Object.keys(running).length === 2)!;
  expect(Object.keys(first.running)).toEqual(['a', 'b']);
});

it('processes asks for a stop by SIGTERM and begins nothing more', async () => {
  const stoppable = 'process.on("SIGTERM", () => process.exit(143)); setInterval(() => {}, 1000)';
  const { state, folder } = await ran(
    { a: stoppable, b: 'setInterval(() => {}, 1000)', c: writes },
    { stopAfter: 600 },
  );
  expect(state).toMatchObject({ done: 0, failed: {}, running: {} });
  expect(existsSync(join(folder, 'c'))).toBe(false);
});

it('processes causes no warning of Node by a dozen jobs at once', async () => {
  const warnings: string[] = [];
  const hear = ({ name }: Error) => void warnings.push(name);
  process.on('warning', hear);
  const slugs = Array.from({ length: 12 }, (_, i) => `job-${i}`);
  const { state } = await ran(Object.fromEntries(slugs.map((slug) => [slug, writes])), { jobs: 12 });
  process.off('warning', hear);
  expect([state.done, warnings]).toEqual([12, []]);
});
