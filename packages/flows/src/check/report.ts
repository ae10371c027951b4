// What a check of a flow found, as data and as text.

/** What is looked at; each is explained at {@link checkFlow}. */
export type CheckName = 'finite' | 'logDet' | 'fold' | 'invariants' | 'roundTrip' | 'gradients' | 'start';

/** The result of one check in one dimension at one scale of parameters. */
export interface CheckOutcome {
  readonly check: CheckName;
  readonly dim: number;
  /** Standard deviation of the parameters; absent for `start`, which looks at the initial ones. */
  readonly scale?: number;
  /** Comparisons made, of those that were planned: float32 cannot decide where a Jacobian is nearly singular. */
  readonly checked: number;
  readonly planned: number;
  /** Largest error, as a share of what is allowed; above 1 is wrong. */
  readonly worst: number;
  /** What is wrong, one sentence each; empty where all is well. */
  readonly findings: readonly string[];
}

/** The result of `checkFlow`. */
export interface FlowReport {
  /** The flow's name. */
  readonly flow: string;
  /** Nothing was found, and every check that applies could decide something somewhere. */
  readonly ok: boolean;
  readonly outcomes: readonly CheckOutcome[];
  /** All findings, each with its check, dimension and scale. */
  readonly findings: readonly string[];
}

/** Findings of one outcome that a report lists. */
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

/** A check that could decide nothing anywhere has not been passed. */
function undecided(outcomes: readonly CheckOutcome[]): string[] {
  const names = [...new Set(outcomes.map(({ check }) => check))];
  const silent = names.filter((name) => outcomes.every(({ check, checked }) => check !== name || checked === 0));
  return silent.map((name) => `${name}: no point could be checked; ask for smaller scales`);
}

/**
 * A report as text: one line for each check, dimension and scale, then the findings.
 *
 * @example printFlowReport(checkFlow((dim) => planar(dim, 4)))
 */
export function printFlowReport({ flow, ok, outcomes, findings }: FlowReport): string {
  const rows = outcomes.map((outcome) => [
    outcome.check,
    `D = ${outcome.dim}`,
    outcome.scale === undefined ? 'initial' : `scale ${outcome.scale}`,
    `${outcome.checked} of ${outcome.planned}`,
    outcome.checked > 0 ? `${outcome.worst.toPrecision(2)} of the tolerance` : '',
    outcome.findings.length > 0 ? 'WRONG' : outcome.checked > 0 ? 'right' : 'undecided',
  ]);
  const widths = rows.reduce(
    (widest, row) => row.map((cell, i) => Math.max(cell.length, widest[i] ?? 0)),
    [] as number[],
  );
  const lines = rows.map((row) => `  ${row.map((cell, i) => cell.padEnd(widths[i]!)).join('  ')}`.trimEnd());
  return [`${flow}: ${ok ? 'all checks passed' : `${findings.length} findings`}`, ...lines, ...findings].join('\n');
}
