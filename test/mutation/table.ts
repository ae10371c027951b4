// Verdicts as a table: one row a file, one a room, one for all.
import { reasonOf } from './explained.ts';
import type { Mutant } from './mutant.ts';
import { roomOf } from './rooms.ts';
import { interval } from './sample.ts';
import type { Verdict } from './verdict.ts';

export interface Judged {
  readonly mutant: Mutant;
  readonly verdict: Verdict;
}

/** Counts of one row. `survived` are those that nothing explains. */
interface Row {
  readonly name: string;
  readonly mutants: number;
  readonly tried: number;
  readonly killed: number;
  readonly timedOut: number;
  readonly explained: number;
  readonly survived: number;
}

function rowOf(name: string, mutants: readonly Mutant[], judged: readonly Judged[]): Row {
  const count = (wanted: (one: Judged) => boolean) => judged.filter(wanted).length;
  const isExplained = ({ mutant, verdict }: Judged) => verdict.end === 'survived' && reasonOf(mutant) !== undefined;
  const explained = count(isExplained);
  return {
    name,
    mutants: mutants.length,
    tried: judged.length,
    killed: count(({ verdict }) => verdict.end === 'killed'),
    timedOut: count(({ verdict }) => verdict.end === 'timed out'),
    explained,
    survived: count(({ verdict }) => verdict.end === 'survived') - explained,
  };
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

/** The share of those that change a result which died, with its interval where not all were tried. */
function scoreOf({ mutants, tried, killed, timedOut, survived }: Row): string {
  const dead = killed + timedOut;
  const all = dead + survived;
  if (all === 0) return '';
  const [low, high] = interval(dead, all);
  return tried === mutants ? percent(dead / all) : `${percent(dead / all)} (${percent(low)} to ${percent(high)})`;
}

const line = (row: Row): string =>
  `| ${[row.name, row.mutants, row.tried, row.killed, row.timedOut, row.explained, row.survived, scoreOf(row)].join(' | ')} |`;

/** The table in Markdown. @param judged the verdicts on the mutants */
export function formatTable(mutants: readonly Mutant[], judged: readonly Judged[]): string {
  const rowFor = (name: string, isIn: (file: string) => boolean): Row =>
    rowOf(
      name,
      mutants.filter(({ file }) => isIn(file)),
      judged.filter(({ mutant }) => isIn(mutant.file)),
    );
  const files = [...new Set(mutants.map(({ file }) => file))].filter((file) =>
    judged.some(({ mutant }) => mutant.file === file),
  );
  const rooms = [...new Set(files.map(roomOf))];
  const rows = rooms.flatMap((room) => [
    ...files
      .filter((file) => roomOf(file) === room)
      .map((file) => rowFor(file.replace('packages/', ''), (other) => other === file)),
    rowFor(`**${room}**`, (file) => roomOf(file) === room),
  ]);
  return [
    '| file | mutants | tried | killed | timed out | explained | survived | dead of those that change a result (95 %) |',
    '|---|---:|---:|---:|---:|---:|---:|---|',
    ...[...rows, rowFor('**all**', () => true)].map(line),
  ].join('\n');
}
