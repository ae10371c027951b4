// Bounds on the probabilities of levels under p(x) = 2x on [0, 1], whose masses are known: P(k) = (2k + 1)/L².
import { dequantisedLogProb, type Samplable, type Scorable } from '@flowvae/distributions';
import { drawUniform, key } from '@flowvae/random';
import { type Tensor2D, tf } from '@flowvae/tensor';
import { describe, expect, it } from 'vitest';
import { differences } from '../laws/comparison.ts';
import { compiled, eager, shaped, type Tensors } from '../laws/evaluation.ts';

const LEVELS = 4;
const DIM = 2;
const ROWS = 4000;

/** Independent components with the density 2x. */
const wedge: Scorable = {
  logProb: (x) => tf.sum(tf.log(tf.mul(x, 2)), 1),
  detached: () => wedge,
};

/** The wedge's own distribution inside a level's cell, by the inverse of its distribution function. */
function ownNoise(k: Tensor2D): Samplable {
  const slope = tf.add(tf.mul(k, 2), 1);
  const within: Samplable = {
    noise: { kind: 'uniform', width: DIM },
    sampleAndLogProb(noise) {
      const filled = tf.sqrt(tf.add(tf.square(k), tf.mul(noise, slope)));
      const z: Tensor2D = tf.sub(filled, k);
      return { z, logProb: tf.sum(tf.log(tf.div(tf.mul(filled, 2), slope)), 1), terms: {} };
    },
    detached: () => within,
  };
  return within;
}

const k = Array.from({ length: ROWS * DIM }, (_, i) => (i % 2 ? 1 : 3));
const inputs = { k: shaped(k, [ROWS, DIM]), noise: shaped(drawUniform(key(5), ROWS * DIM), [ROWS, DIM]) };
const exact = Math.log(7 / LEVELS ** 2) + Math.log(3 / LEVELS ** 2);

const bounds = ({ k: levels, noise }: Tensors) => {
  const [given, drawn] = [levels as Tensor2D, noise as Tensor2D];
  const uniform = dequantisedLogProb(wedge, given, { noise: drawn, levels: LEVELS });
  return {
    uniform,
    variational: dequantisedLogProb(wedge, given, { noise: drawn, levels: LEVELS, within: ownNoise }),
  };
};

describe('dequantisedLogProb', () => {
  it('of uniform noise is the mean log-density in the cell, below the log-probability', () => {
    const { uniform } = eager(bounds, inputs);
    const mean = uniform!.reduce((sum, value) => sum + value, 0) / ROWS;
    // ∫ log(2(k + u)/L) du = log(2/L) + (k + 1)·log(k + 1) − k·log k − 1
    const inCell = (level: number) =>
      Math.log(2 / LEVELS) + (level + 1) * Math.log(level + 1) - level * Math.log(level) - 1 - Math.log(LEVELS);
    expect(Math.abs(mean - inCell(3) - inCell(1))).toBeLessThan(0.015); // standard error 0.0035
    expect(mean).toBeLessThan(exact);
  });

  it('of the noise inside the cells is the log-probability itself, for every draw, eager and compiled', async () => {
    for (const { variational } of [eager(bounds, inputs), await compiled(bounds, inputs)])
      expect(differences('log P', variational!, new Array(ROWS).fill(exact), 1e-5)).toEqual([]);
  });

  it('refuses noise of another shape, and levels that are no count', () => {
    const [levels, noise] = [tf.zeros([2, 3]) as Tensor2D, tf.zeros([2, 2]) as Tensor2D];
    expect(() => dequantisedLogProb(wedge, levels, { noise })).toThrow('dequantisedLogProb: noise: expected [2, 3]');
    expect(() => dequantisedLogProb(wedge, levels, { noise, levels: 0.5 })).toThrow('dequantisedLogProb: levels:');
  });
});
