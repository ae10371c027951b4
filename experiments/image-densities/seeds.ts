// Short runs of several seeds: an error over test images does not hold the luck of a start and an order of batches.
import { existsSync, readFileSync } from 'node:fs';
import { markdownTable } from '../markdown-table.ts';
import type { Result } from './table.ts';

/** The results in a file. */
export const readSeeds = (path: string): readonly Result[] =>
  existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Result[]) : [];

const sameRun = (a: Result, b: Result) => a.model === b.model && a.seed === b.seed && a.steps === b.steps;

/** The results with one more, or with another one of the same run; by model and seed. */
export function withResult(results: readonly Result[], result: Result): readonly Result[] {
  const others = results.filter((each) => !sameRun(each, result));
  return [...others, result].toSorted((a, b) => b.model.localeCompare(a.model) || a.seed - b.seed);
}

/** The mean of numbers, and its standard error by their deviation. */
export function meanOverSeeds(values: readonly number[]): readonly [mean: number, error: number] {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return [mean, Math.sqrt(squares / (values.length - 1) / values.length)];
}

const written = ([mean, error]: readonly [number, number]) => `${mean.toFixed(4)} ± ${error.toFixed(4)}`;

/** Models and numbers of steps down; means over the seeds that both programs ran. */
export function seedsTable(results: readonly Result[]): string {
  const header = ['model', 'steps', 'seeds', 'flowvae', 'PyTorch', 'difference', 'in its errors'];
  const keyOf = ({ model, steps }: Result) => `${model} ${steps}`;
  const keys = [...new Set(results.filter(({ pytorch }) => pytorch).map(keyOf))];
  const rows = keys.flatMap((key) => {
    const runs = results.filter((result) => result.pytorch && keyOf(result) === key);
    if (runs.length < 2) return [];
    const [model, steps] = key.split(' ') as [string, string];
    const ours = meanOverSeeds(runs.map(({ flowvae }) => flowvae.bits[0]));
    const theirs = meanOverSeeds(runs.map(({ pytorch }) => pytorch!.bits[0]));
    // a seed of one program shares no numbers with that of the other: the errors are independent
    const apart = [ours[0] - theirs[0], Math.hypot(ours[1], theirs[1])] as const;
    return [
      [
        model,
        Number(steps).toLocaleString('en'),
        runs.map(({ seed }) => seed).join(', '),
        written(ours),
        written(theirs),
        written(apart),
        (apart[0] / apart[1]).toFixed(1),
      ],
    ];
  });
  return markdownTable(header, rows);
}
