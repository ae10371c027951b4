// A normal density behind M planar layers: its density at the draws from both directions, and its mass on a grid.
import {
  dataPoints,
  drawNormal,
  fold,
  key,
  parseInvertibleFlow,
  pushForward,
  standardNormal,
  tabulate,
  tf,
} from 'flowvae';
import { parametersOf } from '../fig1/parameters.ts';
import { cellMiddles } from '../plane-cells.ts';

/** Half the side of the grid's square. */
export const HALF_WIDTH = 6;

/** One length of the chain. */
export interface PlanarExample {
  readonly layers: number;
  /** [cells, cells], from the lowest y up. */
  readonly map: Float32Array;
  /** ∫ of the density over the grid. */
  readonly mass: number;
  /** Mean over draws of log|det J|, by the forward direction, and of −log|det ∂f⁻¹/∂y|, by the inverse. */
  readonly forwardLogDet: number;
  readonly inverseLogDet: number;
}

const DRAWS = 2000;

/** M layers with the parameters of figure 1. */
export async function planarExample(layers: number, cells: number): Promise<PlanarExample> {
  const flow = parseInvertibleFlow(`planar*${layers}`, 2);
  const arrays = parametersOf.planar(layers, fold(key(0), 'change of variables', layers));
  const params = () =>
    Object.fromEntries(
      Object.entries(flow.paramShapes).map(([name, shape]) => [name, tf.tensor(arrays[name]!, [1, ...shape])]),
    );
  const density = await tabulate(
    (y) => ({ logProb: pushForward(standardNormal(2), flow, params()).logProb(y) }),
    dataPoints(cellMiddles(cells, HALF_WIDTH), 2),
  );
  const map = density.logProb!.map(Math.exp);
  const noise = dataPoints(drawNormal(fold(key(0), 'draws'), 2 * DRAWS), 2);
  const both = await tabulate((z) => {
    const { y, logDet } = flow.forward(params(), z);
    return { forward: logDet, inverse: tf.neg(flow.inverse(params(), y).logDet) };
  }, noise);
  const area = ((2 * HALF_WIDTH) / cells) ** 2;
  const sum = (values: Float32Array) => values.reduce((total, value) => total + value, 0);
  return {
    layers,
    map,
    mass: sum(map) * area,
    forwardLogDet: sum(both.forward!) / DRAWS,
    inverseLogDet: sum(both.inverse!) / DRAWS,
  };
}
