// Evaluation ends everything that it starts: the threads of its runs, also after an error.
import { gaussian, standardNormal } from '@flowvae/distributions';
import { annealedImportance, evaluateModel, impute, modelSamples, tabulate } from '@flowvae/evaluation';
import { key } from '@flowvae/random';
import { type Tensor2D, tf } from '@flowvae/tensor';
import { dataPoints } from '@flowvae/training';
import { expect, it, vi } from 'vitest';

const pools = vi.hoisted(() => ({ opened: 0, ended: 0 }));

vi.mock('@flowvae/compiler', async (original) => {
  const module = await original<typeof import('@flowvae/compiler')>();
  class Counted extends module.SessionPool {
    constructor(threads: number) {
      super(threads);
      pools.opened++;
    }
    override async dispose() {
      await super.dispose();
      pools.ended++;
    }
  }
  return { ...module, SessionPool: Counted };
});

const normal1 = standardNormal(1);
const likelihoodAt = (x: Tensor2D) => (z: Tensor2D) => normal1.logProb(tf.sub(x, z));
const options = {
  variables: {},
  noise: { kind: 'normal', width: 1 } as const,
  data: dataPoints(Float32Array.of(1), 1),
  key: key(1),
};
const stop = () => {
  throw new RangeError('mine');
};

it.each<[string, (onEnd: () => void) => Promise<unknown>]>([
  [
    'evaluate',
    (onEnd) =>
      evaluateModel({
        ...options,
        samples: 2,
        modelAt: (x) => ({ prior: normal1, posterior: normal1, likelihood: likelihoodAt(x) }),
        onEstimate: onEnd,
      }),
  ],
  [
    'annealedImportance',
    (onEnd) =>
      annealedImportance({
        ...options,
        temperatures: [0, 1],
        chains: 1,
        pathAt: (x) => ({ initial: normal1, logRatio: likelihoodAt(x) }),
        onEstimate: onEnd,
      }),
  ],
  [
    'impute',
    (onEnd) =>
      impute({
        ...options,
        data: dataPoints(Float32Array.of(1, 1), 2),
        samples: 2,
        draws: 1,
        modelAt: (x) => ({
          prior: normal1,
          posterior: normal1,
          likelihood: likelihoodAt(tf.slice(x, [0, 0], [-1, 1])),
        }),
        observe: (z) => gaussian({ mean: z, logStd: tf.zeros([1, 1]) }),
        onEstimate: onEnd,
      }),
  ],
  [
    'modelSamples',
    async (onEnd) => {
      const at = (z: Tensor2D) => ({ z, observation: gaussian({ mean: z, logStd: tf.zeros([1, 1]) }) });
      for await (const _ of modelSamples({ rows: options.data, at })) onEnd();
    },
  ],
  ['tabulate', () => tabulate((x) => ({ twice: tf.mul(x, 2) }), options.data)],
])('%s ends the threads of its runs', async (name, run) => {
  pools.opened = 0;
  pools.ended = 0;
  await run(() => {});
  expect(pools).toEqual({ opened: 1, ended: 1 });
  if (name === 'tabulate') return;
  await expect(run(stop)).rejects.toThrow('mine');
  expect(pools).toEqual({ opened: 2, ended: 2 });
});
