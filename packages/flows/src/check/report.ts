// The result of checking a flow, as data and as text.
import { type Count, sumOf, sumOfKinds, type Worst } from './tally.ts';

/** The checks; {@link checkFlow} explains each. */
export type CheckName =
  | 'finite'
  | 'rows'
  | 'logDet'
  | 'fold'
  | 'invariants'
  | 'roundTrip'
  | 'gradients'
  | 'inverseGradients'
  | 'start';

/** The result of one check in one dimension at one scale of parameters. */
export interface CheckOutcome {
  readonly check: CheckName;
  readonly dim: number;
  /** Standard deviation of the parameters; absent for `start`, which looks at the initial ones. */
  readonly scale?: number;
  /** Comparisons made, and comparisons planned; float32 cannot judge the others. */
  readonly judged: number;
  readonly planned: number;
  /** The same counts for each kind, if a check compares several kinds: `z` and `log-det`, or the inputs. */
  readonly kinds: Readonly<Record<string, Count>>;
  /**
   * The comparison nearest to its tolerance, or furthest beyond it. For yes-or-no questions `allowed` is 0, and the
   * error is 0 or 1.
   */
  readonly worst?: Worst;
  /** The faults, one sentence each; empty if there is none. */
  readonly findings: readonly string[];
}

/** The result of `checkFlow`. */
export interface FlowReport {
  /** The flow's name. */
  readonly flow: string;
  /**
   * True if there is no finding, and every check that applies could judge at least a tenth of its comparisons in each
   * dimension and of each kind.
   */
  readonly ok: boolean;
  readonly outcomes: readonly CheckOutcome[];
  /** All findings, each with its check, dimension and scale. */
  readonly findings: readonly string[];
}

/** The most findings of one outcome that a report lists. */
const LISTED = 3;

/** Puts outcomes together. */
export function reportOf(flow: string, outcomes: readonly CheckOutcome[]): FlowReport {
  const findings = [...outcomes.flatMap(findingsOf), ...undecided(outcomes)];
  return { flow, ok: findings.length === 0, outcomes, findings };
}

const place = ({ check, dim, scale }: CheckOutcome) =>
  `${check} in dimension ${dim}${scale === undefined ? '' : ` at scale ${scale}`}`;

function findingsOf(outcome: CheckOutcome): string[] {
  const { findings } = outcome;
  const surplus = findings.length > LISTED ? [`and ${findings.length - LISTED} more`] : [];
  return [...findings.slice(0, LISTED), ...surplus].map((finding) => `${place(outcome)}: ${finding}`);
}

/** The share of comparisons that a check must judge in each dimension, over all scales, to pass. */
const ENOUGH = 0.1;

/** A check that could judge almost nothing does not pass. */
function undecided(outcomes: readonly CheckOutcome[]): string[] {
  if (outcomes.length === 0) return ['no check that was asked for applies to this flow'];
  const places = [...new Set(outcomes.map(({ check, dim }) => `${check} in dimension ${dim}`))];
  return places.flatMap((place) => {
    const own = outcomes.filter(({ check, dim }) => place === `${check} in dimension ${dim}`);
    const kinds = Object.entries(sumOfKinds(own.map((outcome) => outcome.kinds)));
    const counts = kinds.length > 0 ? kinds : [['', sumOf(own)] as const];
    return counts.flatMap(([kind, { judged, planned }]) => {
      if (judged > 0 && judged >= ENOUGH * planned) return [];
      const at = kind === '' ? place : `${place}, ${kind}`;
      return [`${at}: ${judged} of ${planned} comparisons could be judged; ask for smaller scales`];
    });
  });
}

/**
 * A report as text: one line for each check, dimension and scale, then the findings.
 *
 * A line says how many comparisons could be judged, the worst error with its tolerance and its place, and the verdict:
 * OK, WRONG or not judged.
 * @example printFlowReport(checkFlow((dim) => planar(dim, 4)))
 */
export function printFlowReport({ flow, ok, outcomes, findings }: FlowReport): string {
  const rows = outcomes.map((outcome) => [
    outcome.check,
    `D = ${outcome.dim}`,
    outcome.scale === undefined ? 'initial' : `scale ${outcome.scale}`,
    `judged ${outcome.judged} of ${outcome.planned}`,
    outcome.worst ? worstText(outcome.worst) : '',
    outcome.findings.length > 0 ? 'WRONG' : outcome.judged > 0 ? 'OK' : 'not judged',
  ]);
  const widths = rows.reduce(
    (widest, row) => row.map((cell, i) => Math.max(cell.length, widest[i] ?? 0)),
    [] as number[],
  );
  const lines = rows.map((row) => `  ${row.map((cell, i) => cell.padEnd(widths[i]!)).join('  ')}`.trimEnd());
  return [
    `${flow}: ${ok ? 'OK' : findings.length === 1 ? '1 finding' : `${findings.length} findings`}`,
    ...lines,
    ...findings,
  ].join('\n');
}

function worstText({ error, allowed, at }: Worst): string {
  if (allowed === 0) return error === 0 ? '' : at;
  return `error ${error.toExponential(1)}, tolerance ${allowed.toExponential(1)} (${at})`;
}
