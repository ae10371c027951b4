// Activation normalisation: an affine flow that can be started from data.
import { ExpectationError, type Tensor1D, type Tensor2D, tf } from '@flowvae/tensor';
import { sumOfLogScales } from '../algebra/log-scales.ts';
import type { InvertibleFlow, ParamValues } from '../flow.ts';
import { checkArguments } from '../layers/stacked-parameters.ts';

/** Shapes of an activation normalisation's parameters: shift and log-scale [D]. */
export type ActnormShapes = { readonly shift: readonly [dim: number]; readonly logScale: readonly [dim: number] };

/**
 * Activation normalisation: z' = (z + shift)·exp(logScale), log|det J| = Σ logScale.
 *
 * Starts as the identity, or by {@link actnormParams} where data start the flow. Shapes: z [B, D]; shift, logScale
 * [B|1, D] → y [B, D], logDet [B]. Units: nats.
 * @throws ShapeError if z or a parameter has another shape.
 * @see Kingma & Dhariwal 2018, arXiv:1807.03039, section 3.1
 */
export function actnorm(dim: number): InvertibleFlow<ActnormShapes> {
  const paramShapes: ActnormShapes = { shift: [dim], logScale: [dim] };
  return {
    name: 'actnorm',
    dim,
    paramShapes,
    initialParams: () => ({ shift: new Float32Array(dim), logScale: new Float32Array(dim) }),
    startFrom: (_, z) => actnormParams(z),
    forward(params, z) {
      checkArguments('actnorm.forward', 'z', z, { dim, paramShapes, params });
      const y = tf.mul(tf.add(z, params.shift), tf.exp(params.logScale));
      return { y: y as typeof z, logDet: sumOfLogScales(params.logScale, z) };
    },
    inverse(params, y) {
      checkArguments('actnorm.inverse', 'y', y, { dim, paramShapes, params });
      const z = tf.sub(tf.mul(y, tf.exp(tf.neg(params.logScale))), params.shift);
      return { z: z as typeof y, logDet: tf.neg(sumOfLogScales(params.logScale, y)) as Tensor1D };
    },
  };
}

/** A column with a smaller deviation is not scaled. */
const LEAST_DEVIATION = 1e-6;

/**
 * Data-dependent start of {@link actnorm}: shift = −mean and logScale = −log(standard deviation) of every column of a
 * batch [B, D], so that the layer sends this batch to mean 0 and variance 1. A column of one value is only shifted.
 *
 * In a chain, the batch is the layer's input. The function reads the batch, so it must not be part of a traced
 * function.
 * @throws ExpectationError for fewer than two rows
 */
export function actnormParams(batch: Tensor2D): ParamValues<ActnormShapes> {
  const [rows, dim] = batch.shape;
  if (rows < 2) {
    throw new ExpectationError({ where: 'actnormParams: batch', expected: 'two rows or more', received: String(rows) });
  }
  const values = batch.dataSync();
  const column = (d: number) => Array.from({ length: rows }, (_, row) => values[row * dim + d]!);
  const columns = Array.from({ length: dim }, (_, d) => column(d));
  const means = columns.map((entries) => entries.reduce((sum, value) => sum + value, 0) / rows);
  const deviations = columns.map((entries, d) =>
    Math.sqrt(entries.reduce((sum, value) => sum + (value - means[d]!) ** 2, 0) / rows),
  );
  return {
    shift: Float32Array.from(means, (mean) => -mean),
    logScale: Float32Array.from(deviations, (deviation) => (deviation < LEAST_DEVIATION ? 0 : -Math.log(deviation))),
  };
}
