// Coupling flows in float64; writes couplings.json. NICE: Dinh et al. 2015 (arXiv:1410.8516), section 3.2. RealNVP:
// Dinh et al. 2017 (arXiv:1605.08803), eqs. 4-8. Rational-quadratic splines: Durkan et al. 2019 (arXiv:1906.04032),
// eqs. 4-8.
//
// Components are never moved: each layer has a list of those it keeps and a list of those it changes, and the lists
// change places. NICE stands here without its mixing, one layer. The spline is inverted by bisection, not by the
// formula for the root.
import { commitWhenRun } from './committed-json.ts';
import { mulberry32, normals } from './inputs.ts';
import {
  drawnParams,
  logScale,
  type Mapped,
  type NetworkedCase,
  type NetworkedReference,
  type NetworkSizes,
  perceptron,
  solvedRows,
} from './perceptron.ts';

/** A scalar map with its log-slope, driven by numbers of a network. */
interface ScalarMap {
  readonly outputs: number;
  forward(x: number, raw: readonly number[]): { value: number; logSlope: number };
  inverse(y: number, raw: readonly number[]): { value: number; logSlope: number };
}

const shift: ScalarMap = {
  outputs: 1,
  forward: (x, [m]) => ({ value: x + m!, logSlope: 0 }),
  inverse: (y, [m]) => ({ value: y - m!, logSlope: 0 }),
};

const affine: ScalarMap = {
  outputs: 2,
  forward: (x, [m, r]) => ({ value: x * Math.exp(logScale(r!)) + m!, logSlope: logScale(r!) }),
  inverse: (y, [m, r]) => ({ value: (y - m!) / Math.exp(logScale(r!)), logSlope: -logScale(r!) }),
};

const BOUND = 5;
const LEAST = 1e-3;

/** Knots of one spline: abscissae, ordinates and slopes, each bins + 1. */
export function knotsOf(raw: readonly number[], bins: number) {
  const lengths = (logits: readonly number[]) => {
    const largest = Math.max(...logits);
    const weights = logits.map((logit) => Math.exp(logit - largest));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    return weights.map((weight) => 2 * BOUND * (LEAST + (1 - LEAST * bins) * (weight / total)));
  };
  const running = (parts: readonly number[]) => {
    const knots = [-BOUND];
    for (const part of parts) knots.push(knots.at(-1)! + part);
    return knots;
  };
  const softplus = (x: number) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
  const offset = Math.log(Math.expm1(1 - LEAST)); // raw slope 0 means slope 1
  return {
    xs: running(lengths(raw.slice(0, bins))),
    ys: running(lengths(raw.slice(bins, 2 * bins))),
    slopes: [1, ...raw.slice(2 * bins).map((slope) => LEAST + softplus(slope + offset)), 1],
  };
}

/** Eqs. 4 and 5 as printed. */
function splineForward(x: number, raw: readonly number[], bins: number) {
  if (Math.abs(x) > BOUND) return { value: x, logSlope: 0 };
  const { xs, ys, slopes } = knotsOf(raw, bins);
  let k = 0;
  while (k < bins - 1 && x >= xs[k + 1]!) k++;
  const [d0, d1] = [slopes[k]!, slopes[k + 1]!];
  const s = (ys[k + 1]! - ys[k]!) / (xs[k + 1]! - xs[k]!);
  const xi = (x - xs[k]!) / (xs[k + 1]! - xs[k]!);
  const denominator = s + (d1 + d0 - 2 * s) * xi * (1 - xi);
  const value = ys[k]! + ((ys[k + 1]! - ys[k]!) * (s * xi ** 2 + d0 * xi * (1 - xi))) / denominator;
  const slope = (s ** 2 * (d1 * xi ** 2 + 2 * s * xi * (1 - xi) + d0 * (1 - xi) ** 2)) / denominator ** 2;
  return { value, logSlope: Math.log(slope) };
}

/** A spline as a scalar map. */
export const splineMap = (bins: number): ScalarMap => ({
  outputs: 3 * bins - 1,
  forward: (x, raw) => splineForward(x, raw, bins),
  inverse(y, raw) {
    if (Math.abs(y) > BOUND) return { value: y, logSlope: 0 };
    let [low, high] = [-BOUND, BOUND];
    for (let i = 0; i < 200; i++) {
      const middle = (low + high) / 2;
      if (splineForward(middle, raw, bins).value < y) low = middle;
      else high = middle;
    }
    return { value: low, logSlope: -splineForward(low, raw, bins).logSlope };
  },
});

/** Which components layer k keeps: the first half at first; then the changed ones come first, and so on. */
export function keptAndChanged(dim: number, layer: number): { kept: number[]; changed: number[] } {
  const half = Math.ceil(dim / 2);
  let order = Array.from({ length: dim }, (_, i) => i);
  for (let k = 0; k < layer; k++) order = [...order.slice(half), ...order.slice(0, half)];
  return { kept: order.slice(0, half), changed: order.slice(half) };
}

function coupled(
  map: ScalarMap,
  sizes: NetworkSizes,
  params: NetworkedCase['params'],
  direction: 'forward' | 'inverse',
) {
  return (start: number[], row: number): Mapped => {
    const point = [...start];
    let logDet = 0;
    for (let step = 0; step < sizes.layers; step++) {
      const k = direction === 'forward' ? step : sizes.layers - 1 - step;
      const { kept, changed } = keptAndChanged(point.length, k);
      const outputs = perceptron(sizes, params, { k, row, x: kept.map((i) => point[i]!) });
      changed.forEach((component, j) => {
        const raw = rawOf(map, outputs, j, changed.length);
        const { value, logSlope } = map[direction](point[component]!, raw);
        point[component] = value;
        logDet += logSlope;
      });
    }
    return { point, logDet };
  };
}

/** Shift and scale stand in blocks, one number a component; the numbers of a spline stand together. */
const rawOf = (map: ScalarMap, outputs: readonly number[], j: number, count: number) =>
  map.outputs <= 2
    ? Array.from({ length: map.outputs }, (_, block) => outputs[block * count + j]!)
    : outputs.slice(j * map.outputs, (j + 1) * map.outputs);

type Setting = Pick<NetworkedCase, 'flow' | 'dim' | 'layers' | 'contextWidth'> & {
  readonly scale: number;
  readonly map: ScalarMap;
  readonly bins?: number;
};

function solved({ flow, dim, layers, contextWidth, scale, map, bins }: Setting, index: number): NetworkedCase {
  const [batch, hidden, depth] = [4, 3, 2];
  const half = Math.ceil(dim / 2);
  const sizes = { layers, hidden, depth, contextWidth, inputs: half, outputs: map.outputs * (dim - half) };
  const params = drawnParams(sizes, batch, scale, 100 + index);
  const z = normals(mulberry32(200 + index), batch * dim, 2);
  const directions = {
    forward: coupled(map, sizes, params, 'forward'),
    inverse: coupled(map, sizes, params, 'inverse'),
  };
  const name = `${flow} D=${dim} K=${layers} C=${contextWidth} scale ${scale}`;
  const given = { name, flow, dim, layers, hidden, depth, contextWidth, ...(bins === undefined ? {} : { bins }) };
  return { ...given, batch, z, params, ...solvedRows(z, dim, directions) };
}

/** Everything in couplings.json. */
export function couplingReference(): NetworkedReference {
  const flows = [
    { flow: 'nice', map: shift, layers: [1] },
    { flow: 'realnvp', map: affine, layers: [1, 3] },
    { flow: 'spline', map: splineMap(4), layers: [1, 3], bins: 4 },
  ];
  const settings = flows.flatMap(({ layers: counts, ...rest }) =>
    counts.flatMap((layers) =>
      [2, 5].flatMap((dim) =>
        [0.5, 1].map((scale): Setting => ({ ...rest, layers, dim, scale, contextWidth: scale === 1 ? 2 : 0 })),
      ),
    ),
  );
  return { madeBy: 'test/reference/couplings.ts', cases: settings.map(solved) };
}

commitWhenRun(import.meta.url, 'couplings', couplingReference);
