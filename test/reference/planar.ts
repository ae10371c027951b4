// Planar flow in float64, from Rezende & Mohamed 2015 (arXiv:1505.05770), eqs. 10-12 and appendix A.1; writes
// planar.json.
//
//   û = u + (m(a) − a)·w/‖w‖², a = wᵀu, m(a) = softplus(a) − 1        z_k = z_{k−1} + û·tanh(s), s = wᵀz_{k−1} + b
//   log|det| = log|1 + ûᵀψ| = log(1 + m(a)·sech²(s)), because ûᵀw = m(a)
//
// Three cancellations are avoided. m(a) − a = m(−a) holds exactly. m(a) near its root a₀ = log(e − 1) is
// log1p((1 − 1/e)·expm1(a − a₀)). And the argument of the logarithm is either 1 + x with x = m·sech² (log1p), or, where
// x is near −1, the sum of the two positive terms tanh² + softplus(a)·sech². sech² is 4e/(1 + e)² with e = exp(−2|s|),
// never 1 − tanh².
import { commitWhenRun } from './committed-json.ts';
import { standardNormalLogDensity } from './densities.ts';
import { mulberry32, normals } from './inputs.ts';

/** One layer's parameters: w and u [D], b. */
export interface PlanarLayer {
  readonly w: ArrayLike<number>;
  readonly u: ArrayLike<number>;
  readonly b: number;
}

/** The result of a chain of K layers at one point. */
export interface PlanarResult {
  /** z_K, [D]. */
  readonly y: number[];
  /** log|det dy/dz|, the sum over layers. */
  readonly logDet: number;
  /** [K] */
  readonly perLayerLogDet: number[];
  /** wᵀû of each layer, [K]; above −1. */
  readonly wDotUHat: number[];
}

/** One case of planar.json; arrays are flat and row-major. */
export interface PlanarCase {
  readonly name: string;
  readonly dim: number;
  readonly layers: number;
  readonly batch: number;
  /** [B, D] */
  readonly z: ArrayLike<number>;
  /** [B, K, D] */
  readonly w: ArrayLike<number>;
  /** [B, K, D] */
  readonly u: ArrayLike<number>;
  /** [B, K] */
  readonly b: ArrayLike<number>;
  /** [B, D] */
  readonly y: readonly number[];
  /** [B] */
  readonly logDet: readonly number[];
  /** [B, K] */
  readonly perLayerLogDet: readonly number[];
  /** [B, K] */
  readonly wDotUHat: readonly number[];
}

/** planar.json. */
export interface PlanarReference {
  readonly madeBy: string;
  readonly cases: readonly PlanarCase[];
}

// a₀ = log(e − 1) as the sum of two float64 numbers: the nearest one and the remainder.
const ROOT_OF_M = 0.5413248546129181;
const ROOT_OF_M_REST = -1.8138570925507326e-17;

const dot = (a: ArrayLike<number>, b: ArrayLike<number>) => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
};

const softplus = (a: number) => Math.max(a, 0) + Math.log1p(Math.exp(-Math.abs(a)));

/** m(a) = softplus(a) − 1 = wᵀû, to full relative accuracy also around its root log(e − 1). */
export function constrainedDot(a: number): number {
  const fromRoot = a - ROOT_OF_M - ROOT_OF_M_REST;
  if (Math.abs(fromRoot) > 1) return softplus(a) - 1;
  return Math.log1p(-Math.expm1(-1) * Math.expm1(fromRoot));
}

/** log(1 + m(a)·sech²(s)): the log-determinant of one layer. */
export function planarLogDet(a: number, s: number): number {
  const e = Math.exp(-2 * Math.abs(s));
  const sech2 = (4 * e) / (1 + e) ** 2;
  const x = constrainedDot(a) * sech2;
  return x > -0.5 ? Math.log1p(x) : Math.log(Math.tanh(s) ** 2 + softplus(a) * sech2);
}

/** û, the constrained u: u + m(−a)·w/‖w‖². */
function constrainedU({ w, u }: PlanarLayer): number[] {
  const factor = constrainedDot(-dot(w, u)) / dot(w, w);
  return Array.from(u, (ui, i) => ui + factor * w[i]!);
}

/** Sends one point z [D] through the layers, first to last. */
export function planarForward(z: ArrayLike<number>, layers: readonly PlanarLayer[]): PlanarResult {
  let y = Array.from(z);
  const perLayerLogDet: number[] = [];
  const wDotUHat: number[] = [];
  for (const layer of layers) {
    const a = dot(layer.w, layer.u);
    const s = dot(layer.w, y) + layer.b;
    const uHat = constrainedU(layer);
    perLayerLogDet.push(planarLogDet(a, s));
    wDotUHat.push(constrainedDot(a));
    y = y.map((yi, i) => yi + uHat[i]! * Math.tanh(s));
  }
  return { y, logDet: perLayerLogDet.reduce((sum, term) => sum + term, 0), perLayerLogDet, wDotUHat };
}

/**
 * The root α of α + m·tanh(α + b) = c, which is increasing in α and has its root in [c − |m|, c + |m|], by bisection.
 */
function solveForDot(c: number, m: number, b: number): number {
  let low = c - Math.abs(m);
  let high = c + Math.abs(m);
  let middle = c;
  for (let i = 0; i < 100; i++) {
    middle = (low + high) / 2;
    if (middle <= low || middle >= high) break;
    if (middle + m * Math.tanh(middle + b) < c) low = middle;
    else high = middle;
  }
  return middle;
}

/**
 * The point z [D] that the layers send to y [D].
 *
 * α = wᵀz of each layer comes from bisection, then z = y − û·tanh(α + b). The error in z is the rounding of y over the
 * slope 1 + m·sech²(s), so it is large where the layer nearly folds (wᵀu far below 0 and s near 0).
 */
export function planarInverse(y: ArrayLike<number>, layers: readonly PlanarLayer[]): number[] {
  let z = Array.from(y);
  for (const layer of [...layers].reverse()) {
    const alpha = solveForDot(dot(layer.w, z), constrainedDot(dot(layer.w, layer.u)), layer.b);
    const uHat = constrainedU(layer);
    z = z.map((zi, i) => zi - uHat[i]! * Math.tanh(alpha + layer.b));
  }
  return z;
}

/** log q(y) where y = flow(z) and z ~ N(0, I): integrates to 1 over y. */
export function planarLogDensity(y: ArrayLike<number>, layers: readonly PlanarLayer[]): number {
  const z = planarInverse(y, layers);
  return z.reduce((sum, zi) => sum + standardNormalLogDensity(zi), -planarForward(z, layers).logDet);
}

type Inputs = Pick<PlanarCase, 'name' | 'dim' | 'layers' | 'batch' | 'z' | 'w' | 'u' | 'b'>;

/** The layers of one row of a case, with its inputs rounded to the float32 numbers they stand for. */
export function layersOfRow({ dim, layers, w, u, b }: Inputs, row: number): PlanarLayer[] {
  const vector = (values: ArrayLike<number>, k: number) =>
    Array.from({ length: dim }, (_, i) => Math.fround(values[(row * layers + k) * dim + i]!));
  return Array.from({ length: layers }, (_, k) => ({
    w: vector(w, k),
    u: vector(u, k),
    b: Math.fround(b[row * layers + k]!),
  }));
}

function solved(inputs: Inputs): PlanarCase {
  const { dim, batch, z } = inputs;
  const rows = Array.from({ length: batch }, (_, row) =>
    planarForward(
      Array.from({ length: dim }, (_, i) => z[row * dim + i]!),
      layersOfRow(inputs, row),
    ),
  );
  return {
    ...inputs,
    y: rows.flatMap(({ y }) => y),
    logDet: rows.map(({ logDet }) => logDet),
    perLayerLogDet: rows.flatMap(({ perLayerLogDet }) => perLayerLogDet),
    wDotUHat: rows.flatMap(({ wDotUHat }) => wDotUHat),
  };
}

/** Moves numbers by a quarter of the scale away from 0: in one dimension w is divided by. */
const awayFromZero = (values: Float32Array, scale: number) => values.map((v) => v + (v < 0 ? -scale : scale) / 4);

/** Normal draws of every input; few rows where there are many parameters. */
function drawn(name: string, scale: number, dim: number, layers: number): Inputs {
  const rows = layers <= 2 ? 6 : layers <= 10 ? 3 : 1;
  const batch = dim <= 5 ? rows : Math.ceil(rows / 2);
  const uniform = mulberry32(1000 * dim + 10 * layers + scale);
  const z = normals(uniform, batch * dim, 1);
  const w = normals(uniform, batch * layers * dim, scale);
  return {
    name: `${name} D=${dim} K=${layers}`,
    dim,
    layers,
    batch,
    z,
    w: dim === 1 ? awayFromZero(w, scale) : w,
    u: normals(uniform, batch * layers * dim, scale),
    b: normals(uniform, batch * layers, scale),
  };
}

// s = wᵀz + b: at and near the bend of tanh, moderate, saturated (in float32 tanh is ±1 from 9 on).
const PREACTIVATIONS = [0, 2 ** -20, -(2 ** -10), 0.125, -0.125, 0.5, -1, 1.5, -2, 4, -8, 20];

/**
 * One layer with wᵀu and wᵀz + b exactly as given (rounded to float32): all numbers have few bits, so float32 products
 * are exact.
 */
function targeted(label: string, wDotU: number): Inputs {
  const batch = PREACTIVATIONS.length;
  const z = Float32Array.from({ length: 2 * batch }, (_, i) => (((7 * i) % 23) - 11) / 8);
  const row = (values: readonly number[]) => Float32Array.from({ length: 2 * batch }, (_, i) => values[i % 2]!);
  return {
    name: `single layer, w·u = ${label}`,
    dim: 2,
    layers: 1,
    batch,
    z,
    w: row([1, -0.5]),
    u: row([Math.fround(wDotU) + 0.25, 0.5]), // 1·(a + 0.25) − 0.5·0.5 = a
    b: Float32Array.from(PREACTIVATIONS, (s, i) => s - (z[2 * i]! - 0.5 * z[2 * i + 1]!)),
  };
}

/** The identity start of numerics.md: b = 0 and u = log(e − 1)·w/‖w‖², so m = 0 up to the rounding of u. */
function identityStart(dim: number, layers: number): Inputs {
  const uniform = mulberry32(7);
  const w = normals(uniform, layers * dim, 1 / Math.sqrt(dim));
  const u = w.map((wi, i) => {
    const own = w.subarray(i - (i % dim), i - (i % dim) + dim);
    return (ROOT_OF_M * wi) / dot(own, own);
  });
  const z = normals(uniform, dim, 1);
  return { name: `identity start D=${dim} K=${layers}`, dim, layers, batch: 1, z, w, u, b: new Float32Array(layers) };
}

/** Everything in planar.json. */
export function planarReference(): PlanarReference {
  const scales = { small: 0.1, unit: 1, large: 3 };
  const random = Object.entries(scales).flatMap(([name, scale]) =>
    [1, 2, 5, 40].flatMap((dim) => [1, 2, 10, 80].map((layers) => drawn(name, scale, dim, layers))),
  );
  const targets = [-60, -40, -20, -17, -10, -5, -1, 0, 1, 5, 20, 60].map((a) => targeted(String(a), a));
  const inputs = [...random, ...targets, targeted('log(e - 1)', ROOT_OF_M), identityStart(5, 80)];
  return { madeBy: 'test/reference/planar.ts', cases: inputs.map(solved) };
}

commitWhenRun(import.meta.url, 'planar', planarReference);
