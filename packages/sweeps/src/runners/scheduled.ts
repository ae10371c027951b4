// The runner of a cluster: jobs are arrays of a scheduler, which go on without the process that submitted them.
import { randomUUID } from 'node:crypto';
import { basename, join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { makeFolder } from '@flowvae/runs/plain';
import type { Ending, Job } from '../jobs/job.ts';
import type { Runner, RunnerContext } from '../jobs/runner.ts';
import type { SweepState } from '../jobs/sweep-state.ts';
import type { Scheduler } from '../schedulers/scheduler.ts';
import {
  commandHash,
  forgetEnded,
  isLivingTask,
  type KnownTask,
  knownTasks,
  recordArray,
} from '../schedulers/submitted-arrays.ts';
import { lastLine } from './last-line.ts';

/** Options of {@link scheduled}. */
export interface ScheduledOptions {
  /** At most this many of an array at once. Default: as many as the cluster takes. */
  readonly jobs?: number | undefined;
  /** Whether to wait for the ends of the jobs. Default true. */
  readonly wait?: boolean;
  /** Milliseconds between two looks at the jobs. Default: a tenth of the time waited, from half a second to ten. */
  readonly interval?: number;
  /** Milliseconds in which the files of an ended job may come into sight, on another machine. Default 60000. */
  readonly grace?: number;
}

/**
 * Runs jobs by a scheduler. A stop of the runner leaves them alone; a later runner of the same folder finds them, and
 * submits those alone that are neither done nor under way.
 */
export const scheduled = (scheduler: Scheduler, options: ScheduledOptions = {}): Runner => ({
  name: scheduler.name,
  outlives: true,
  run: (list, context) => new Following(scheduler, options, context).run(list),
});

/** A job that the scheduler has. */
interface Followed {
  readonly job: Job;
  /** The hash of the command with which it was submitted. */
  readonly command: string;
  readonly task?: KnownTask | undefined;
  /** When the scheduler was seen to have ended it, while its result was not in sight. */
  readonly missedAt?: number | undefined;
}

class Following {
  private readonly followed = new Map<string, Followed>();
  private readonly failed: Record<string, string> = {};
  private readonly scheduler: Scheduler;
  private readonly options: ScheduledOptions;
  private readonly context: RunnerContext;
  private readonly folder: string;
  private total = 0;
  private done = 0;
  private isSilent = false;
  private readonly began = Date.now();

  constructor(scheduler: Scheduler, options: ScheduledOptions, context: RunnerContext) {
    this.scheduler = scheduler;
    this.options = options;
    this.context = context;
    this.folder = resolve(context.folder);
  }

  async run(list: readonly Job[]): Promise<SweepState> {
    const { context, options } = this;
    const open = list.filter((job) => !context.isDone(job));
    this.total = list.length;
    this.done = list.length - open.length;
    const known = await this.settledTasks(open);
    forgetEnded(this.scheduler, this.folder, known.values());
    for (const job of open) {
      const task = known.get(job.slug);
      if (task && isLivingTask(task)) this.followed.set(job.slug, { job, command: task.command, task });
    }
    if (context.signal.aborted) return this.state();
    await this.submit(open.filter(({ slug }) => !this.followed.has(slug)));
    this.tell();
    while (options.wait !== false && this.followed.size > 0 && !context.signal.aborted) {
      await pause(this.interval(), undefined, { signal: context.signal }).catch(() => {});
      if (!context.signal.aborted) await this.look();
      this.tell();
    }
    return this.state();
  }

  /** The known tasks, once none of them is about to end: jobs of cancelled ones have to be submitted anew. */
  private async settledTasks(open: readonly Job[]): Promise<ReadonlyMap<string, KnownTask>> {
    const { grace = GRACE } = this.options;
    for (; ; await pause(this.interval())) {
      const known = await knownTasks(this.scheduler, this.folder);
      const isSettled = open.every(({ slug }) => known.get(slug)?.state.phase !== 'ending');
      if (isSettled || this.context.signal.aborted || Date.now() - this.began > grace) return known;
    }
  }

  /** Judges the jobs by their latest states. A scheduler that does not answer is asked again later. */
  private async look(): Promise<void> {
    const known = await knownTasks(this.scheduler, this.folder).catch(() => undefined);
    this.isSilent = known === undefined;
    if (!known) return;
    const again: Job[] = [];
    for (const before of [...this.followed.values()]) {
      const task = known.get(before.job.slug);
      const missedAt = task && isLivingTask(task) ? undefined : (before.missedAt ?? Date.now());
      const now = { ...before, task, missedAt };
      const ending = this.endingOf(now);
      if (ending === undefined) this.followed.set(now.job.slug, now);
      else if (this.settle(now, ending) === 'again') again.push(now.job);
    }
    await this.submit(again);
  }

  /** Undefined while a job goes on, or its result may still come into sight. */
  private endingOf({ job, task, missedAt = Date.now() }: Followed): Ending | undefined {
    if (task && isLivingTask(task)) return undefined;
    if (this.context.isDone(job)) return 'done';
    const { phase, id, text } = task?.state ?? {};
    if (phase === 'failed') return { failed: lastLine(this.logOf(job)) ?? `${id}: ${text}` };
    if (phase === 'stopped') return { failed: `${id}: ${text}; the same command goes on` };
    if (Date.now() - missedAt < (this.options.grace ?? GRACE)) return undefined;
    return phase === 'done' ? 'done' : { failed: `${this.scheduler.name} knows no such job; the same command goes on` };
  }

  /** A job that was submitted with other words, such as those of an earlier rung, may have more to do. */
  private settle({ job, command }: Followed, ending: Ending): 'again' | 'settled' {
    this.followed.delete(job.slug);
    const { commandOf, isDone } = this.context;
    if (command !== commandHash(commandOf(job)) && !isDone(job)) return 'again';
    if (ending === 'done') this.done++;
    else if (typeof ending === 'object') this.failed[job.slug] = ending.failed;
    return 'settled';
  }

  /** Submits jobs as one array, or as several where the scheduler takes no greater numbers. */
  private async submit(jobs: readonly Job[]): Promise<void> {
    if (jobs.length === 0) return;
    makeFolder(join(this.folder, 'logs'));
    const most = await this.scheduler.mostTasks();
    const parts = new Map<number, Job[]>();
    for (const job of jobs) {
      const part = Math.floor(job.index / most);
      parts.set(part, [...(parts.get(part) ?? []), job]);
    }
    for (const part of parts.values()) await this.submitArray(part, most);
  }

  private async submitArray(jobs: readonly Job[], most: number): Promise<void> {
    const { scheduler, folder, options, context } = this;
    const name = `${basename(folder)
      .replaceAll(/[^\w.-]/g, '-')
      .slice(0, 40)}-${randomUUID().slice(0, 8)}`;
    const tasks = jobs.map((job) => ({ number: job.index % most, slug: job.slug, command: context.commandOf(job) }));
    const recorded = tasks.map((task) => ({ ...task, command: commandHash(task.command) }));
    // before the submission: whoever is killed in between is followed by one who finds the array by its name
    recordArray(folder, { scheduler: scheduler.name, name, tasks: recorded });
    const id = await scheduler.submit({ name, folder, workFolder: process.cwd(), tasks, jobs: options.jobs });
    jobs.forEach((job, i) => void this.followed.set(job.slug, { job, command: recorded[i]!.command }));
    context.tell?.(`${scheduler.name}: ${jobs.length} jobs submitted as array ${id}, name ${name}`);
  }

  /** Short jobs are not kept waiting, and the scheduler is not asked often about long ones. */
  private interval(): number {
    const waited = Date.now() - this.began;
    return this.options.interval ?? Math.min(MOST, Math.max(LEAST, waited / 10));
  }

  private readonly logOf = ({ slug }: Job) => join(this.folder, 'logs', `${slug}.log`);

  private tell(): void {
    this.context.onChange?.(this.state());
  }

  private state(): SweepState {
    const { followed, context, total, done, failed } = this;
    const running = [...followed.values()].filter(({ task }) => task?.state.phase === 'running');
    return {
      total,
      done,
      running: Object.fromEntries(running.map(({ job }) => [job.slug, context.progressOf?.(job) ?? 'starting'])),
      locked: [],
      failed: { ...failed },
      waiting: this.isSilent ? `${this.scheduler.name} does not answer` : this.waiting(),
    };
  }

  /** The waiting jobs by the scheduler's words: `3 PENDING (BeginTime)`. */
  private waiting(): string {
    const counts = new Map<string, number>();
    for (const { task } of this.followed.values()) {
      const text = task?.state.phase === 'waiting' ? task.state.text : task ? undefined : 'submitted';
      if (text !== undefined) counts.set(text, (counts.get(text) ?? 0) + 1);
    }
    return [...counts].map(([text, count]) => `${count} ${text}`).join(', ');
  }
}

/** Milliseconds between two looks. */
const [LEAST, MOST] = [500, 10_000];

const GRACE = 60_000;
