// How contenders are measured: in turn, round after round, so that a slow minute of the machine hits all of them.

/** A measurable candidate; the section defines its number. */
export interface Contender {
  /** Measures over so many repetitions (steps, images); warm-up is the contender's own business and not counted. */
  measure(count: number): Promise<number>;
  close(): Promise<void>;
  /** A note for the reader, e.g. which of two ways was faster. */
  readonly note?: string;
}

/** A contender that may turn out to be missing here: then `start` throws the reason. */
export interface Candidate {
  readonly name: string;
  start(): Promise<Contender>;
}

/** One contender over the rounds. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  readonly rounds: number;
}

/** The results of a group of candidates; every candidate is in `values` or in `absent`. */
export interface Measured {
  readonly values: Readonly<Record<string, Spread>>;
  /** Why there is no value, by contender. */
  readonly absent: Readonly<Record<string, string>>;
  readonly notes: Readonly<Record<string, string>>;
}

/** How often and how long. */
export interface Repetitions {
  readonly rounds: number;
  readonly count: number;
  /** The name of the measurement, for the progress. */
  readonly label: string;
}

/** Measures all candidates in turn in each round. One that fails is absent with its reason, and the others go on. */
export async function measureInTurn(
  candidates: readonly Candidate[],
  { rounds, count, label }: Repetitions,
): Promise<Measured> {
  const absent: Record<string, string> = {};
  const running = new Map<string, Contender>();
  const results = new Map<string, number[]>();
  const attempt = async (name: string, work: () => Promise<void>) => {
    try {
      await work();
    } catch (error) {
      absent[name] = firstLine(error);
      progress(`${label}: ${name} is left out: ${absent[name]}`);
      const failed = running.get(name);
      running.delete(name);
      results.delete(name);
      await failed?.close();
    }
  };
  for (const { name, start } of candidates) {
    await attempt(name, async () => void running.set(name, await start()));
  }
  for (let round = 0; round < rounds; round++) {
    for (const [name, contender] of [...running]) {
      await attempt(name, async () => {
        const value = await contender.measure(count);
        results.set(name, [...(results.get(name) ?? []), value]);
        progress(`${label}, round ${round + 1}/${rounds}: ${name} ${value.toFixed(2)}`);
      });
    }
  }
  const notes = [...running].flatMap(([name, { note }]) => (note === undefined ? [] : [[name, note] as const]));
  for (const contender of running.values()) await contender.close();
  const values = [...results].map(([name, all]) => [name, spreadOf(all)] as const);
  return { values: Object.fromEntries(values), absent, notes: Object.fromEntries(notes) };
}

/** Several groups as one. */
export const merged = (groups: readonly Measured[]): Measured => ({
  values: Object.assign({}, ...groups.map(({ values }) => values)),
  absent: Object.assign({}, ...groups.map(({ absent }) => absent)),
  notes: Object.assign({}, ...groups.map(({ notes }) => notes)),
});

/** Progress goes to stderr. */
const progress = (text: string): void => void process.stderr.write(`${text}\n`);

/** The first line of the thrown error. */
const firstLine = (error: unknown): string => String(error instanceof Error ? error.message : error).split('\n')[0]!;

const spreadOf = (values: readonly number[]): Spread => ({
  median: median(values),
  min: Math.min(...values),
  max: Math.max(...values),
  rounds: values.length,
});

/** The middle value. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Median duration of repeated calls, after some that are not counted; ms. */
export async function medianDuration(step: () => void | Promise<void>, count: number, warmUp: number): Promise<number> {
  const durations: number[] = [];
  for (let i = 0; i < count + warmUp; i++) {
    const from = performance.now();
    await step();
    if (i >= warmUp) durations.push(performance.now() - from);
  }
  return median(durations);
}
