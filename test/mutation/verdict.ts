// A mutant's end: the tests that evaluate its place run, the cheapest first, until one fails.
import type { Coverage, Judge } from './coverage.ts';
import { edited, type Mutant } from './mutant.ts';
import { textOf } from './rooms.ts';
import type { Request, Suite } from './suite.ts';

/** How a mutant ended. */
export interface Verdict {
  readonly end: 'killed' | 'survived' | 'timed out';
  /** The test that failed, after its file. */
  readonly by?: string;
  /** Test files that could have killed it: how many ran, how many were left out as too slow. */
  readonly ran: number;
  readonly leftOut: number;
  /** Seconds that the tests were given; null for any number. */
  readonly budget: number | null;
  readonly seconds: number;
}

/** Kills of each test file by source: a test that killed one mutant of a file often kills the next. */
type Kills = Map<string, number>;

/**
 * The order in which tests are asked: cheap ones and those that kill much first, those that only load the file last.
 */
const rank = (kills: Kills, source: string) => (judge: Judge) =>
  (judge.isLoadingOnly ? 1e6 : 1) * (judge.milliseconds / (1 + (kills.get(`${source} ${judge.file}`) ?? 0)));

/** As many as take no longer together, the first in any case. */
function withinBudget(judges: readonly Judge[], budget: number): Judge[] {
  let spent = 0;
  return judges.filter(({ milliseconds }, i) => {
    if (i > 0 && spent + milliseconds > budget) return false;
    spent += milliseconds;
    return true;
  });
}

/** The inputs of judging, and its results. */
export interface Court {
  readonly suite: Suite;
  readonly coverage: Coverage;
  readonly kills: Kills;
  /** Test files that pass a second time in the same process without a mutant. */
  readonly trusted: Set<string>;
  /** Seconds that all tests of one mutant may take, as long as none fails. */
  readonly budget: number;
}

/** @throws Error if a test file fails without a mutant as well, because it ran before in the same process */
async function trust({ suite, trusted }: Court, mutant: Mutant, request: Request): Promise<void> {
  if (trusted.has(request.file)) return;
  await suite.change(mutant.file, undefined);
  const { end, failure } = await suite.run(request);
  if (end !== 'passed') throw new Error(`${request.file} ${end} without a mutant, when run again: ${failure}`);
  trusted.add(request.file);
}

export async function judged(mutant: Mutant, court: Court): Promise<Verdict> {
  const { suite, coverage, kills, budget } = court;
  const rankOf = rank(kills, mutant.file);
  const all = coverage.judgesOf(mutant).toSorted((a, b) => rankOf(a) - rankOf(b));
  const affordable = withinBudget(all, 1000 * budget);
  const leftOut = all.length - affordable.length;
  const start = performance.now();
  const verdict = (end: Verdict['end'], ran: number, by?: string): Verdict => ({
    end,
    ...(by === undefined ? {} : { by }),
    ran,
    leftOut,
    budget: Number.isFinite(budget) ? budget : null,
    seconds: Math.round((performance.now() - start) / 10) / 100,
  });
  await suite.change(mutant.file, edited(textOf(mutant.file), mutant.edit));
  try {
    for (const [i, { milliseconds, isLoadingOnly: _, ...tests }] of affordable.entries()) {
      const request = { ...tests, timeout: 40_000 + 10 * milliseconds }; // other work may fill the machine
      const { end, failure } = await suite.run(request);
      if (end === 'passed') continue;
      await trust(court, mutant, request);
      const key = `${mutant.file} ${request.file}`;
      kills.set(key, (kills.get(key) ?? 0) + 1);
      return verdict(end === 'failed' ? 'killed' : 'timed out', i + 1, `${request.file}: ${failure ?? 'no end'}`);
    }
    return verdict('survived', affordable.length);
  } finally {
    await suite.change(mutant.file, undefined);
  }
}
