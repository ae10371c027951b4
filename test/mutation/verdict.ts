// A mutant's end: the tests that evaluate its place run, the cheapest first, until one fails.
import type { Coverage, Judge } from './coverage.ts';
import { edited, type Mutant } from './mutant.ts';
import { textOf } from './rooms.ts';
import type { Suite } from './suite.ts';

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

/** Kills of each test file by source: what killed one mutant of a file often kills the next. */
export type Kills = Map<string, number>;

/** The order in which tests are asked: cheap ones and those that kill much first, those that only load the file last. */
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

/** @param budget seconds that all tests of one mutant may take, as long as none fails */
export async function judged(
  mutant: Mutant,
  { suite, coverage, kills, budget }: { suite: Suite; coverage: Coverage; kills: Kills; budget: number },
): Promise<Verdict> {
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
    for (const [i, { milliseconds, isLoadingOnly: _, ...request }] of affordable.entries()) {
      const { end, failure } = await suite.run({ ...request, timeout: 15_000 + 10 * milliseconds });
      if (end === 'passed') continue;
      const key = `${mutant.file} ${request.file}`;
      kills.set(key, (kills.get(key) ?? 0) + 1);
      return verdict(end === 'failed' ? 'killed' : 'timed out', i + 1, `${request.file}: ${failure ?? 'no end'}`);
    }
    return verdict('survived', affordable.length);
  } finally {
    await suite.change(mutant.file, undefined);
  }
}
