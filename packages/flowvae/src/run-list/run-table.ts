// The list of runs as a table for people; runs of sweeps and comparisons stand under the name of their group.
import { relative } from 'node:path';
import { counted } from '../report/counted.ts';
import { alignedLines } from '../target/text/numbers.ts';
import { ageText, sizeText } from './amounts.ts';
import { dataName, type RunRow } from './run-row.ts';
import { stateNames } from './run-state.ts';

const heads = ['run', 'state', 'steps', 'validation', 'ELBO', 'NLL', 'flow', 'data', 'seed', 'age', 'size'] as const;

const nats = (value: number | null) => (value === null ? '-' : value.toFixed(2));

/** The rows as lines, in their order; groups come last. @param root the folder that paths are relative to */
export function runTable(rows: readonly RunRow[], root: string): readonly string[] {
  if (rows.length === 0) return [`no runs in ${root}`];
  const groups = [...new Set(rows.map(({ group }) => group))].toSorted(
    (a, b) => Number(a !== null) - Number(b !== null),
  );
  const ordered = groups.flatMap((group) => rows.filter((row) => row.group === group));
  const [head, ...lines] = alignedLines([heads, ...ordered.map((row) => cellsOf(row, root))]);
  const body = ordered.flatMap((row, i) => {
    const isFirst = row.group !== null && row.group !== ordered[i - 1]?.group;
    return [...(isFirst ? [`${row.group}:`] : []), lines[i]!];
  });
  return [head!, ...body, ...reasons(rows), totals(rows)];
}

function cellsOf(row: RunRow, root: string): readonly string[] {
  const { folder, group, state, step, steps, validationElbo, testElbo, testNll, flow, seed, changed, bytes } = row;
  return [
    group === null ? relative(root, folder) || folder : `  ${relative(group, folder)}`,
    state,
    `${step}/${steps}`,
    nats(validationElbo),
    nats(testElbo),
    nats(testNll),
    flow ?? '-',
    dataName(row),
    seed === null ? '-' : String(seed),
    ageText(Date.now() - Date.parse(changed)),
    sizeText(bytes),
  ];
}

const reasons = (rows: readonly RunRow[]): string[] =>
  rows.flatMap(({ folder, state, reason }) => (reason === null ? [] : [`${folder}: ${state}: ${reason}`]));

/** The number of runs in each state. A run inside of another one that is listed adds nothing to the size. */
function totals(rows: readonly RunRow[]): string {
  const listed = new Set(rows.map(({ folder }) => folder));
  const outer = rows.filter(({ group }) => group === null || !listed.has(group));
  const states = stateNames.flatMap((name) => {
    const count = rows.filter(({ state }) => state === name).length;
    return count > 0 ? [`${count} ${name}`] : [];
  });
  const bytes = outer.reduce((sum, row) => sum + row.bytes, 0);
  return `${counted(rows.length, 'run')}: ${states.join(', ')}; ${sizeText(bytes)}`;
}
