// A process's report on a program and an engine.

/** `begun` without a later word of the same program means that the process died in it. */
export interface Observation {
  readonly seed: number;
  readonly engine: string;
  readonly state: 'begun' | 'right' | 'wrong';
  /** The fault, in words. */
  readonly fault?: string;
}

/** A program that did not give the right numbers. */
export interface Fault {
  readonly seed: number;
  readonly engine: string;
  readonly fault: string;
}

/** The observations in a process's output. */
export const observationsIn = (text: string): Observation[] =>
  text
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Observation);

/** Faults, and the program and engine in which the process died. */
export function faultsIn(observations: readonly Observation[], ending: string | undefined): Fault[] {
  const wrong = observations.flatMap(({ seed, engine, fault }) =>
    fault === undefined ? [] : [{ seed, engine, fault }],
  );
  const last = observations.at(-1);
  if (ending === undefined) return wrong;
  if (last?.state !== 'begun') throw new Error(`the process ended outside a program: ${ending}`);
  return [...wrong, { seed: last.seed, engine: last.engine, fault: `the process died: ${ending}` }];
}
