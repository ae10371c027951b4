// The laws of flows as a list, for the test runner of an author of flows.
import type { Key } from '@flowvae/random';
import { ExpectationError } from '@flowvae/tensor';
import { type CheckFlowFamilyOptions, checkFlow } from '../check/check-flow.ts';
import type { CheckName } from '../check/report.ts';
import type { Flow } from '../flow.ts';
import type { OwnFlowRow } from '../formula/flow-table.ts';
import { parseFlow } from '../formula/formula.ts';
import { agreesWhenAmortised } from './amortised-law.ts';
import { agreesWhenCompiled, type Compile } from './compiled-law.ts';
import { keepsShapes, reachesEveryParameter } from './computing-laws.ts';

/** A law that a flow keeps. */
export interface FlowLaw {
  readonly name: string;
  /** Throws, or rejects, with the findings if the flow breaks the law. */
  readonly check: () => void | Promise<void>;
}

/** Options of {@link flowLaws}. */
export interface FlowLawsOptions {
  /** Dimensions. Default `[2, 5]`, but no fewer than the row allows. */
  readonly dims?: readonly number[];
  /** Standard deviations of the parameters, as for `checkFlow`. Default `[0.1, 1, 3]`. */
  readonly scale?: number | readonly number[];
  /** Decides parameters and points. Default `key(0)`. */
  readonly key?: Key;
  /** The function `compile`, for the law that the compiled graph gives the eager numbers; absent: no such law. */
  readonly compile?: Compile;
}

/** The checks of `checkFlow` that apply to every flow; each becomes a law. */
const always: readonly CheckName[] = ['finite', 'rows', 'logDet', 'fold', 'gradients'];

/**
 * The laws of flows for a row of a table of one's own, each to be run as one test: those of `checkFlow` that apply
 * (`finite`, `rows`, `logDet`, `fold`, `gradients`; `start` unless it is declared as `'other'`; with an inverse
 * `roundTrip`, `inverseGradients`; with declared invariants `invariants`), and
 *
 * - `shapes`: y [B, D] and log-det [B], in both directions, for one point and for several
 * - `parameters`: a gradient reaches every parameter
 * - `amortised`: an encoder's parameters, one row for each point, give the numbers of free ones
 * - `compiled`: one compiled graph gives the eager values and gradients
 *
 * Every argument has its default. The laws run eagerly on TensorFlow.js's current backend.
 *
 * @example for (const { name, check } of flowLaws(flows.mine, { compile })) test(name, check);
 */
export function flowLaws(row: OwnFlowRow, options: FlowLawsOptions = {}): readonly FlowLaw[] {
  const { fewest = 1, hasInverse = true } = row;
  const dims = [...new Set((options.dims ?? [2, 5]).map((dim) => Math.max(dim, fewest)))];
  const make = (dim: number) => parseFlow('own', dim, { table: { own: row } }); // one layer, as a formula makes it
  const { compile } = options;
  const first = make(dims[0]!);
  const checks: readonly CheckName[] = [
    ...always,
    ...(first.start === 'other' ? [] : (['start'] as const)),
    ...(hasInverse ? (['roundTrip', 'inverseGradients'] as const) : []),
    ...(first.invariants ? (['invariants'] as const) : []),
  ];
  const own: Readonly<Record<string, (flow: Flow) => string[] | Promise<string[]>>> = {
    shapes: keepsShapes,
    parameters: reachesEveryParameter,
    amortised: agreesWhenAmortised,
    ...(compile && { compiled: (flow: Flow) => agreesWhenCompiled(flow, compile) }),
  };
  return [
    ...checks.map((name) => checkLaw(name, make, { ...options, dims })),
    ...Object.entries(own).map(([name, findings]) => ({
      name,
      check: async () => {
        for (const dim of dims) refuseFindings(name, make(dim).name, await findings(make(dim)));
      },
    })),
  ];
}

/** A law that `checkFlow` knows. */
function checkLaw(name: CheckName, make: (dim: number) => Flow, options: CheckFlowFamilyOptions): FlowLaw {
  const { dims, scale, key } = options;
  const given = { ...(dims && { dims }), ...(scale !== undefined && { scale }), ...(key && { key }) };
  return {
    name,
    check() {
      const { flow, findings } = checkFlow(make, { ...given, checks: [name] });
      const cannotApply = name === 'inverseGradients' && !canDifferentiateInverse(findings);
      refuseFindings(name, flow, cannotApply ? [] : findings);
    },
  };
}

/** TensorFlow.js cannot differentiate some inverses, and `checkFlow` leaves those out. */
const canDifferentiateInverse = (findings: readonly string[]) =>
  !findings.every((finding) => /no check that was asked for applies/.test(finding));

function refuseFindings(law: string, flow: string, findings: readonly string[]): void {
  if (findings.length === 0) return;
  throw new ExpectationError({
    where: `flow ${flow}`,
    expected: `the law ${law}`,
    received: findings.slice(0, 3).join('; '),
  });
}
