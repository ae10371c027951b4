// The public checker: it tests whether a flow keeps its promises.
import { fold as folded, type Key, key as keyOf } from '@flowvae/random';
import { didYouMean, ExpectationError } from '@flowvae/tensor/plain';
import type { Flow, Start } from '../flow.ts';
import { finiteCheck } from './finite-check.ts';
import { gradients, inverseGradients } from './gradients/gradient-check.ts';
import { fold, invariants, logDet, roundTrip } from './map-checks.ts';
import { type Draw, drawProbes, type Probe } from './probe.ts';
import { type CheckName, type CheckOutcome, type FlowReport, reportOf } from './report.ts';
import { rows } from './rows-check.ts';
import { startCheck } from './start-check.ts';
import { type Tally, together } from './tally.ts';

/** Options of {@link checkFlow} for one flow. */
export interface CheckFlowOptions {
  /** Standard deviations of the parameters. Default `[0.1, 1, 3]`: nearly nothing, as training makes them, and wide. */
  readonly scale?: number | readonly number[];
  /** Decides parameters and points. Default `key(0)`. */
  readonly key?: Key;
  /** Default: all. */
  readonly checks?: readonly CheckName[];
  /** The flow's start, at its initial parameters. Default: the declared start, else `'identity'`. */
  readonly start?: Start;
  /** Draws in each dimension at each scale: parameters of each point's own, then shared ones, in turn. Default 4. */
  readonly draws?: number;
  /** Points for each draw. Default 8. */
  readonly points?: number;
}

/** Options of {@link checkFlow} for a function that makes the flow. */
export interface CheckFlowFamilyOptions extends CheckFlowOptions {
  /** Dimensions. Default `[2, 5]`. */
  readonly dims?: readonly number[];
}

/** The largest scale of parameters for which results have to be finite. */
const LARGEST_SCALE = 10;

type ProbeCheck = readonly [check: CheckName, run: (probes: readonly Probe[]) => Tally[]];

const each = (run: (probe: Probe) => Tally) => (probes: readonly Probe[]) => probes.map(run);

/** Checks of drawn parameters, shared by the points or one row for each. */
const ofAnyRows: readonly ProbeCheck[] = [
  ['rows', rows],
  ['logDet', each(logDet)],
  ['roundTrip', each(roundTrip)],
  ['gradients', gradients],
  ['inverseGradients', inverseGradients],
];

/** Checks of parameters that all points share, on wide draws. */
const ofSharedRows: readonly ProbeCheck[] = [
  ['fold', each(fold)],
  ['invariants', each(invariants)],
];

/** Wide draws for each of the others: a fold shows at few parameters. */
const WIDE = 3;

const allChecks: readonly CheckName[] = [
  'finite',
  'rows',
  'logDet',
  'fold',
  'invariants',
  'roundTrip',
  'gradients',
  'inverseGradients',
  'start',
];

/**
 * Checks a flow against the laws of flows, at parameters of several scales:
 *
 * - `finite`: no NaN or ∞, also for parameters of scale 10, at the origin and for points up to 1e3, in values, inverse
 *   and the gradients of both; the finding names the layer. Points that float32 cannot invert at all are left out
 * - `rows`: a point's results do not depend on the other rows of its batch, nor on its place there
 * - `logDet`: log|det J| of the autodiff Jacobian (float32, determinant by LU in float64) within 1e-4 and the rounding
 *   of both
 * - `fold`: det J has the same sign everywhere: a claimed log-det may agree with the Jacobian of a map that is no
 *   bijection. A map that takes two points to one, with the same sign at both, is not detected
 * - `invariants`: the quantities of `Flow.invariants` are positive
 * - `roundTrip`: inverse(forward(z)) = z and opposite log-dets, up to rounding amplified by J⁻¹; flows with an inverse
 *   only
 * - `gradients`: with respect to z and each parameter, against central differences of several steps, within 1 % and the
 *   accuracy of the differences
 * - `inverseGradients`: the same for the inverse, with respect to y and each parameter; left out if TensorFlow.js
 *   cannot differentiate the inverse
 * - `start`: y = z (or the declared `Flow.start`) and log-det 0 at the initial parameters; left out if the start is
 *   `'other'`
 *
 * The rounding at a point is measured: the same computation with every input moved by about one unit in the last place
 * of float32, and with other cotangents of the Jacobian. A comparison is not judged if its rounding could hide a wrong
 * flow, if the Jacobian is nearly singular, or if the derivative varies within every step; the report counts these. A
 * check fails if it could judge less than a tenth of its comparisons in one of the dimensions, or of the comparisons
 * about one input.
 *
 * The check runs eagerly on TensorFlow.js's current backend.
 * @param flow a flow, or a function that makes one for each dimension of `dims`
 * @throws ExpectationError for options that draw or check nothing, and for a forward map that TensorFlow.js cannot
 * differentiate; errors of the flow itself
 * @example checkFlow((dim) => planar(dim), { dims: [2, 40] }).ok
 */
export function checkFlow(flow: Flow, options?: CheckFlowOptions): FlowReport;
export function checkFlow(make: (dim: number) => Flow, options?: CheckFlowFamilyOptions): FlowReport;
export function checkFlow(flow: Flow | ((dim: number) => Flow), options: CheckFlowFamilyOptions = {}): FlowReport {
  const { dims = [2, 5], scale = [0.1, 1, 3] } = options;
  const scales = typeof scale === 'number' ? [scale] : scale;
  const flows = typeof flow === 'function' ? dims.map(flow) : [flow];
  checkOptions(options, scales);
  if (flows.length === 0) throw nothing('dims', 'dimension');
  if (scales.length === 0) throw nothing('scale', 'scale');
  return reportOf(
    flows[0]!.name,
    flows.flatMap((each) => outcomesOf(each, scales, options)),
  );
}

function outcomesOf(flow: Flow, scales: readonly number[], options: CheckFlowOptions): CheckOutcome[] {
  const { key = keyOf(0), checks = allChecks, start = flow.start ?? 'identity', draws = 4, points = 8 } = options;
  const { dim } = flow;
  const keyAt = (scale: number, draw: number) => folded(key, 'checkFlow', dim, String(scale), draw);
  const many = <T>(count: number, make: (draw: number) => T) => Array.from({ length: count }, (_, draw) => make(draw));
  const probes = (scale: number, count: number, drawOf: (i: number) => Omit<Draw['draw'], 'scale'>) =>
    drawProbes(
      flow,
      points,
      many(count, (i) => ({ draw: { scale, ...drawOf(i) }, key: keyAt(scale, i) })),
    );
  const outcomes = (list: readonly ProbeCheck[], scale: number, drawn: readonly Probe[]) =>
    list
      .map(([check, run]): CheckOutcome => ({ check, dim, scale, ...together(run(drawn)) }))
      .filter(({ check, planned }) => check !== 'inverseGradients' || planned > 0); // some inverses have no gradients
  const wanted = (list: readonly ProbeCheck[]) =>
    list.filter(([check]) => checks.includes(check) && applies(check, flow));
  const finite = (scale: number): CheckOutcome => {
    const keys = many(draws, (draw) => keyAt(scale, draw));
    return { check: 'finite', dim, scale, ...together(finiteCheck(flow, scale, keys)) };
  };
  const atStart = (start: Exclude<Start, 'other'>): CheckOutcome => {
    return { check: 'start', dim, ...together(many(draws, (draw) => startCheck(flow, start, keyAt(0, draw)))) };
  };
  return [
    ...(checks.includes('finite') ? [...new Set([...scales, LARGEST_SCALE])].map(finite) : []),
    ...scales.flatMap((scale) => [
      ...outcomes(
        wanted(ofAnyRows),
        scale,
        probes(scale, draws, (i) => ({ rows: i % 2 ? 1 : points })),
      ),
      ...outcomes(
        wanted(ofSharedRows),
        scale,
        probes(scale, WIDE * draws, () => ({ mixed: true })),
      ),
    ]),
    ...(checks.includes('start') && start !== 'other' ? [atStart(start)] : []),
  ];
}

/** @throws ExpectationError for an unknown check, and for a number that draws nothing */
function checkOptions({ checks = allChecks, draws = 4, points = 8 }: CheckFlowOptions, scales: readonly number[]) {
  const refuse = (option: string, expected: string, received: unknown, remedy = ''): never => {
    throw new ExpectationError({ where: `checkFlow: ${option}`, expected, received: String(received), remedy });
  };
  const known: readonly string[] = allChecks;
  const stranger = checks.find((check) => !known.includes(check));
  if (stranger !== undefined) refuse('checks', `some of ${known.join(', ')}`, stranger, didYouMean(stranger, known));
  if (checks.length === 0) refuse('checks', 'at least one check', 'none');
  const isCount = (count: number) => Number.isInteger(count) && count > 0;
  if (!isCount(draws)) refuse('draws', 'a whole number from 1', draws);
  if (!isCount(points)) refuse('points', 'a whole number from 1', points);
  const bad = scales.find((scale) => !(scale > 0 && Number.isFinite(scale)));
  if (bad !== undefined) refuse('scale', 'finite numbers above 0', bad);
}

/** A check applies if the flow offers or declares its subject. */
const applies = (check: CheckName, flow: Flow) =>
  ((check !== 'roundTrip' && check !== 'inverseGradients') || 'inverse' in flow) &&
  (check !== 'invariants' || flow.invariants !== undefined);

const nothing = (option: string, what: string) =>
  new ExpectationError({ where: `checkFlow: ${option}`, expected: `at least one ${what}`, received: 'none' });
