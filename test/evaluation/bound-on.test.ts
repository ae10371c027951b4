// A bound on held-out data whose rows are too wide for one run: the same, in parts.
import { runCounter } from '@flowvae/compiler';
import { type BoundOnOptions, boundOn } from '@flowvae/evaluation';
import { elbo, type LatentModel } from '@flowvae/objectives';
import { key } from '@flowvae/random';
import { type Tensor1D, type Tensor2D, tf } from '@flowvae/tensor';
import type { EngineName } from '@flowvae/training';
import { expect, it } from 'vitest';
import { data, given, modelAt } from '../training/linear-gaussian-at.ts';

const WIDTH = 2_000_000; // 8 MB for each row

/** The likelihood by way of a wide tensor that comes to nothing. */
function wide(x: Tensor2D): LatentModel {
  const at = modelAt(x);
  const nothing = (z: Tensor2D) => tf.mul(tf.mean(tf.tile(z, [1, WIDTH / given.latent]), 1), 0);
  return { ...at, likelihood: (z): Tensor1D => tf.add(at.likelihood(z), nothing(z)) };
}

it.each<EngineName>(['compiled', 'eager'])(
  'boundOn measures wide rows in parts, with the same noise (%s)',
  async (engine) => {
    const options: BoundOnOptions = {
      variables: {},
      modelAt,
      bound: elbo().bound,
      noise: { kind: 'normal', width: given.latent },
      data: { ...data, count: 7 },
      batchSize: 5,
      key: key(3),
      engine,
    };
    const measured = async (at: BoundOnOptions['modelAt']) => {
      const bound = await boundOn({ ...options, modelAt: at });
      const before = runCounter.runs;
      const terms = await bound.measure();
      await bound.dispose();
      return { terms, runs: runCounter.runs - before };
    };
    const [narrow, parts] = [await measured(modelAt), await measured(wide)];
    // 5 + 2 and 3 + 2 + 2 rows
    expect([narrow.runs, parts.runs]).toEqual(engine === 'compiled' ? [2, 3] : [0, 0]);
    for (const [name, term] of Object.entries(narrow.terms)) expect(parts.terms[name]! / term).toBeCloseTo(1, 5);
  },
);
