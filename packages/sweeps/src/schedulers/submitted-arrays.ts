// The arrays that a sweep has submitted, kept in its folder: whoever comes later finds their tasks.
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readSealed, sealed, writeFileAtomically } from '@flowvae/runs/plain';
import { z } from 'zod';
import type { Scheduler, TaskState } from './scheduler.ts';

const array = z.object({
  scheduler: z.string(),
  name: z.string().regex(/^[A-Za-z0-9._-]+$/),
  tasks: z.array(z.object({ number: z.int().min(0), slug: z.string(), command: z.string() })),
});

const stored = z.object({ format: z.literal(1), arrays: z.array(array) });

/** An array as the folder holds it, each command by its hash. */
type SubmittedArray = z.infer<typeof array>;

/** A task that a scheduler knows. */
export interface KnownTask {
  /** The array's name. */
  readonly array: string;
  readonly slug: string;
  readonly command: string;
  readonly state: TaskState;
}

const FILE = 'arrays.json';

/** A short name for the words of a command. */
export const commandHash = (words: readonly string[]): string =>
  createHash('sha256').update(JSON.stringify(words)).digest('hex').slice(0, 16);

/** Whether a scheduler has ever had jobs of a sweep. */
export const hasArrays = (folder: string): boolean => existsSync(join(folder, FILE));

function readArrays(folder: string): SubmittedArray[] {
  return hasArrays(folder) ? stored.parse(readSealed(join(folder, FILE))).arrays : [];
}

const writeArrays = (folder: string, arrays: readonly SubmittedArray[]) =>
  writeFileAtomically(join(folder, FILE), sealed({ format: 1, arrays }));

/** Adds an array. */
export const recordArray = (folder: string, added: SubmittedArray): void =>
  writeArrays(folder, [...readArrays(folder), added]);

/** Leaves out the arrays of a scheduler of which no task waits or runs. */
export function forgetEnded({ name }: Scheduler, folder: string, known: Iterable<KnownTask>): void {
  const living = new Set([...known].filter(isLivingTask).map(({ array: of }) => of));
  const arrays = readArrays(folder);
  const kept = arrays.filter((each) => each.scheduler !== name || living.has(each.name));
  if (kept.length < arrays.length) writeArrays(folder, kept);
}

/** Whether a task has not ended. */
export const isLivingTask = ({ state }: KnownTask): boolean => ['waiting', 'running', 'ending'].includes(state.phase);

/**
 * The tasks of a sweep that the scheduler knows, by their slugs: of several for one job a living one, or else the
 * latest.
 */
export async function knownTasks(scheduler: Scheduler, folder: string): Promise<ReadonlyMap<string, KnownTask>> {
  const known = new Map<string, KnownTask>();
  for (const { name, tasks } of readArrays(folder).filter((each) => each.scheduler === scheduler.name)) {
    const states = await scheduler.states(name);
    for (const { number, slug, command } of tasks) {
      const before = known.get(slug);
      const state = states.get(number);
      if (state && !(before && isLivingTask(before))) known.set(slug, { array: name, slug, command, state });
    }
  }
  return known;
}

/** Cancels all arrays with living tasks. @returns the number of these tasks */
export async function cancelArrays(scheduler: Scheduler, folder: string): Promise<number> {
  const living = [...(await knownTasks(scheduler, folder)).values()].filter(isLivingTask);
  for (const name of new Set(living.map(({ array: of }) => of))) await scheduler.cancel(name);
  return living.length;
}
