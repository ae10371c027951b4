// The runner of a cluster on a scheduler of this process, whose tasks are as the test says.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  cancelArrays,
  type Job,
  type JobArray,
  type Scheduler,
  type SweepState,
  scheduled,
  type TaskPhase,
  type TaskState,
} from '@flowvae/sweeps';
import { afterAll, expect, it, vi } from 'vitest';

const root = mkdtempSync(join(tmpdir(), 'flowvae-scheduled-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** A scheduler whose tasks change their state by hand. */
class Pretended implements Scheduler {
  readonly name = 'pretended';
  readonly arrays: JobArray[] = [];
  readonly phases = new Map<string, TaskPhase>();
  readonly cancelled: string[] = [];
  isDown = false;
  /** How often it was asked for states. */
  asked = 0;
  private readonly most: number;

  constructor(most = 1000) {
    this.most = most;
  }

  mostTasks = async () => this.most;

  submit = async (array: JobArray) => {
    this.arrays.push(array);
    for (const { slug } of array.tasks) this.phases.set(`${array.name} ${slug}`, 'running');
    return String(this.arrays.length);
  };

  states = async (name: string): Promise<ReadonlyMap<number, TaskState>> => {
    this.asked++;
    if (this.isDown) throw new Error('no answer');
    const tasks = this.arrays.find((array) => array.name === name)?.tasks ?? [];
    return new Map(
      tasks.flatMap(({ number, slug }) => {
        const phase = this.phases.get(`${name} ${slug}`);
        return phase ? [[number, { phase, id: `1_${number}`, text: phase.toUpperCase() }]] : [];
      }),
    );
  };

  cancel = async (name: string) => void this.cancelled.push(name);

  /** Gives the latest task of a job a state; undefined: the scheduler forgets it. */
  set(slug: string, phase: TaskPhase | undefined): void {
    const { name } = this.arrays.findLast(({ tasks }) => tasks.some((task) => task.slug === slug))!;
    if (phase) this.phases.set(`${name} ${slug}`, phase);
    else this.phases.delete(`${name} ${slug}`);
  }
}

let next = 0;

/** A sweep on it. */
function sweep(slugs: readonly string[], scheduler = new Pretended()) {
  const folder = join(root, String(next++));
  mkdirSync(join(folder, 'logs'), { recursive: true });
  const jobs: Job[] = slugs.map((slug, index) => ({ slug, index }));
  const done = new Set<string>();
  const states: SweepState[] = [];
  return {
    scheduler,
    folder,
    done,
    states,
    run({ until = 'end', grace = 0, signal = new AbortController().signal, wait = true } = {}) {
      return scheduled(scheduler, { interval: 5, grace, wait }).run(jobs, {
        folder,
        commandOf: ({ slug }) => ['do', slug, until],
        isDone: ({ slug }) => done.has(slug),
        progressOf: () => 'step 1',
        signal,
        onChange: (state) => void states.push(state),
      });
    },
    /** Lets the runner look some times. */
    async looks() {
      const enough = scheduler.asked + 6;
      await vi.waitUntil(() => scheduler.asked >= enough, { interval: 2, timeout: 5000 });
    },
  };
}

it('scheduled submits the jobs that are not done as one array, and tells how each ended', async () => {
  const { scheduler, run, done, looks, folder, states } = sweep(['old', 'fine', 'mistaken', 'killed', 'lost']);
  done.add('old');
  const running = run();
  await looks();
  expect(scheduler.arrays.map(({ tasks }) => tasks.map(({ number }) => number))).toEqual([[1, 2, 3, 4]]);
  scheduler.set('fine', 'done');
  writeFileSync(join(folder, 'logs/mistaken.log'), 'flowvae: --lr: expected a number\n');
  scheduler.set('mistaken', 'failed');
  scheduler.set('lost', undefined);
  scheduler.set('killed', 'waiting');
  await looks();
  expect(states.at(-1)).toMatchObject({ done: 2, running: {}, waiting: '1 WAITING' });
  scheduler.set('killed', 'stopped');
  const state = await running;
  expect(state).toMatchObject({ total: 5, done: 2, running: {}, locked: [], waiting: '' });
  expect(state.failed).toEqual({
    mistaken: '--lr: expected a number',
    killed: '1_3: STOPPED; the same command goes on',
    lost: 'pretended knows no such job; the same command goes on',
  });
});

it('scheduled leaves the jobs alone when it is stopped, and finds them again', async () => {
  const { scheduler, run, done, looks } = sweep(['a', 'b', 'c']);
  const controller = new AbortController();
  const first = run({ signal: controller.signal });
  await looks();
  controller.abort();
  expect(await first).toMatchObject({ done: 0, running: { a: 'step 1', b: 'step 1', c: 'step 1' } });
  scheduler.set('a', 'stopped');
  const second = run();
  await looks();
  // b and c live, so only a is submitted again
  expect(scheduler.arrays.map(({ tasks }) => tasks.map(({ slug }) => slug).join())).toEqual(['a,b,c', 'a']);
  for (const slug of ['a', 'b', 'c']) {
    done.add(slug);
    scheduler.set(slug, 'done');
  }
  expect(await second).toMatchObject({ done: 3, failed: {} });
});

it('scheduled submits a found job again if it was to do less', async () => {
  const { scheduler, run, done, looks } = sweep(['a']);
  await run({ until: 'step 100', wait: false });
  const second = run({ until: 'end' });
  await looks();
  expect(scheduler.arrays).toHaveLength(1);
  scheduler.set('a', 'done');
  await looks();
  expect(scheduler.arrays.map(({ tasks }) => tasks[0]!.command.at(-1))).toEqual(['step 100', 'end']);
  done.add('a');
  scheduler.set('a', 'done');
  expect(await second).toMatchObject({ done: 1 });
});

it('scheduled waits for the end of tasks that are cancelled before it submits their jobs anew', async () => {
  const { scheduler, run, looks } = sweep(['a']);
  await run({ wait: false });
  scheduler.set('a', 'ending');
  const second = run({ wait: false, grace: 1000 });
  await looks();
  expect(scheduler.arrays).toHaveLength(1);
  scheduler.set('a', 'stopped');
  await second;
  expect(scheduler.arrays).toHaveLength(2);
});

it('scheduled goes on when the scheduler does not answer for a while, and submits nothing before it answers', async () => {
  const { scheduler, run, done, looks, states } = sweep(['a']);
  const first = run();
  await looks();
  scheduler.isDown = true;
  await looks();
  expect(states.at(-1)!.waiting).toBe('pretended does not answer');
  await expect(run()).rejects.toThrow('no answer');
  scheduler.isDown = false;
  done.add('a');
  scheduler.set('a', 'done');
  expect(await first).toMatchObject({ done: 1 });
  expect(scheduler.arrays).toHaveLength(1);
});

it('scheduled waits for files that come into sight after the end of their job', async () => {
  const { scheduler, run, done, looks } = sweep(['a']);
  const running = run({ grace: 60_000 });
  await looks();
  scheduler.set('a', undefined);
  await looks();
  done.add('a');
  expect(await running).toMatchObject({ done: 1, failed: {} });
});

it('scheduled divides jobs among arrays whose numbers the scheduler takes', async () => {
  const { scheduler, run } = sweep(['a', 'b', 'c', 'd', 'e'], new Pretended(2));
  await run({ wait: false });
  const numbers = scheduler.arrays.map(({ tasks }) => tasks.map(({ slug, number }) => `${slug}${number}`).join());
  expect(numbers).toEqual(['a0,b1', 'c0,d1', 'e0']);
});

it('cancelArrays cancels the arrays with living tasks alone', async () => {
  const { scheduler, run, folder } = sweep(['a', 'b', 'c'], new Pretended(2));
  await run({ wait: false });
  scheduler.set('c', 'done');
  expect(await cancelArrays(scheduler, folder)).toBe(2);
  expect(scheduler.cancelled).toEqual([scheduler.arrays[0]!.name]);
});
