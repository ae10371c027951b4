// The configurations of a sweep: its runs without their seeds.

/** A run as a sweep records it: its name, and its values in the columns. */
export interface VariedTrial {
  readonly slug: string;
  readonly values: Readonly<Record<string, string | number>>;
}

/** The configurations in their order, each with its runs, which differ in their seed alone. */
export function configurationsOf<T extends VariedTrial>(trials: readonly T[]): (readonly T[])[] {
  const groups = new Map<string, T[]>();
  for (const trial of trials) {
    const { seed: _, ...others } = trial.values;
    const name = JSON.stringify(others);
    groups.set(name, [...(groups.get(name) ?? []), trial]);
  }
  return [...groups.values()];
}

/** The columns that have several values among all runs, the seed aside. */
export function variedColumns(trials: readonly VariedTrial[]): string[] {
  const names = [...new Set(trials.flatMap(({ values }) => Object.keys(values)))];
  return names.filter((name) => name !== 'seed' && new Set(trials.map(({ values }) => values[name])).size > 1);
}
