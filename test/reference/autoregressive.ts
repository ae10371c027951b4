// Autoregressive flows in float64; writes autoregressive.json. IAF: Kingma et al. 2016 (arXiv:1606.04934); MAF:
// Papamakarios et al. 2017 (arXiv:1705.07057); masks: Germain et al. 2015 (arXiv:1502.03509), eqs. 12-14.
//
// Component i, the p-th in the layer's order, asks hidden units that know the components at places 1 … p − 1 at most.
// Of H units unit j knows the places up to the whole part of 1 + j(D − 1)/H; where there is a context, up to that of
// jD/H, so that the first ones know it alone.
//
// The sequential direction goes component by component, from the first in the layer's order to the last, and asks the
// network anew for each.
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
  type Used,
} from './perceptron.ts';

/** The place of component i in the order of layer k, from 1: every other layer goes backwards. */
const placeOf = (i: number, k: number, dim: number) => (k % 2 === 0 ? i + 1 : dim - i);

/** Weights that keep output i free of component i and those after it. */
function maskOf({ hidden, depth, contextWidth, inputs: dim }: NetworkSizes, k: number): Used {
  const hiddenPlace = (unit: number) =>
    contextWidth > 0 ? Math.floor((unit * dim) / hidden) : 1 + Math.floor((unit * (dim - 1)) / hidden);
  return (stage, from, to) => {
    const source = stage === 0 ? placeOf(from, k, dim) : hiddenPlace(from);
    return stage === depth ? placeOf(to % dim, k, dim) > source : hiddenPlace(to) >= source;
  };
}

/** m and a of every component at a point. */
function shiftsAndScales(
  sizes: NetworkSizes,
  params: NetworkedCase['params'],
  at: { k: number; row: number; x: readonly number[] },
) {
  const outputs = perceptron(sizes, params, at, maskOf(sizes, at.k));
  const dim = sizes.inputs;
  return { m: outputs.slice(0, dim), a: outputs.slice(dim).map(logScale) };
}

/** z·exp(a(z)) + m(z), layer after layer. */
export function onePass(sizes: NetworkSizes, params: NetworkedCase['params']) {
  return (start: number[], row: number): Mapped => {
    let point = start;
    let logDet = 0;
    for (let k = 0; k < sizes.layers; k++) {
      const { m, a } = shiftsAndScales(sizes, params, { k, row, x: point });
      point = point.map((value, i) => value * Math.exp(a[i]!) + m[i]!);
      logDet += a.reduce((sum, value) => sum + value, 0);
    }
    return { point, logDet };
  };
}

/** The inverse of {@link onePass}. */
export function componentByComponent(sizes: NetworkSizes, params: NetworkedCase['params']) {
  return (start: number[], row: number): Mapped => {
    const dim = sizes.inputs;
    let point = start;
    let logDet = 0;
    for (let k = sizes.layers - 1; k >= 0; k--) {
      const x = new Array<number>(dim).fill(0);
      for (let place = 1; place <= dim; place++) {
        const i = Array.from({ length: dim }, (_, component) => component).find((c) => placeOf(c, k, dim) === place)!;
        const { m, a } = shiftsAndScales(sizes, params, { k, row, x });
        x[i] = (point[i]! - m[i]!) / Math.exp(a[i]!);
        logDet -= a[i]!;
      }
      point = x;
    }
    return { point, logDet };
  };
}

type Setting = Pick<NetworkedCase, 'flow' | 'dim' | 'layers' | 'contextWidth'> & { readonly scale: number };

function solved({ flow, dim, layers, contextWidth, scale }: Setting, index: number): NetworkedCase {
  const [batch, hidden, depth] = [4, 5, 2];
  const sizes = { layers, hidden, depth, contextWidth, inputs: dim, outputs: 2 * dim };
  const params = drawnParams(sizes, batch, scale, 300 + index);
  const z = normals(mulberry32(400 + index), batch * dim, 1);
  const [pass, sequence] = [onePass(sizes, params), componentByComponent(sizes, params)];
  const directions = flow === 'iaf' ? { forward: pass, inverse: sequence } : { forward: sequence, inverse: pass };
  const name = `${flow} D=${dim} K=${layers} C=${contextWidth} scale ${scale}`;
  return { name, flow, dim, layers, hidden, depth, contextWidth, batch, z, params, ...solvedRows(z, dim, directions) };
}

/** Everything in autoregressive.json. */
export function autoregressiveReference(): NetworkedReference {
  const settings = ['iaf', 'maf'].flatMap((flow) =>
    [1, 2].flatMap((layers) =>
      [2, 5].flatMap((dim) =>
        [0.5, 1].map((scale): Setting => ({ flow, layers, dim, scale, contextWidth: scale === 1 ? 2 : 0 })),
      ),
    ),
  );
  return { madeBy: 'test/reference/autoregressive.ts', cases: settings.map(solved) };
}

commitWhenRun(import.meta.url, 'autoregressive', autoregressiveReference);
