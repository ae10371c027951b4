// The laws that an author of flows runs: right rows keep them, and each law has mutants that break it.
import { compile } from '@flowvae/compiler';
import { actnorm, affine, flowLaws, iaf, type OwnFlowRow, planar, sylvesterTriangular } from '@flowvae/flows';
import { type Tensor, type Tensor1D, type Tensor2D, tf } from '@flowvae/tensor';
import { describe, expect, it } from 'vitest';

/** The findings of all laws, or of one, by name; those that are kept are left out. */
async function broken(row: OwnFlowRow, law?: string): Promise<Readonly<Record<string, string>>> {
  const findings: Record<string, string> = {};
  for (const { name, check } of flowLaws(row, { dims: [3], compile, scale: [0.3, 1] })) {
    if (law !== undefined && name !== law) continue;
    try {
      await check();
    } catch (error) {
      findings[name] = (error as Error).message;
    }
  }
  return findings;
}

type Affine = ReturnType<typeof affine>;
type Forward = Affine['forward'];

/** The affine flow with some of its parts changed. */
const mutant = (change: (flow: Affine) => object): OwnFlowRow => ({
  make: ({ dim }) => ({ ...affine(dim), ...change(affine(dim)) }),
});

const forward = (change: (flow: Affine, ...given: Parameters<Forward>) => ReturnType<Forward>) =>
  mutant((flow) => ({ forward: (...given: Parameters<Forward>) => change(flow, ...given) }));

const mean = (z: Tensor) => tf.mean(z, 0, true);

describe('flowLaws', () => {
  it.each<[string, OwnFlowRow]>([
    ['affine', { make: ({ dim }) => affine(dim) }],
    ['actnorm', { make: ({ dim }) => actnorm(dim) }],
    ['planar, whose inverse has no gradient', { make: ({ dim }) => planar(dim, 2) }],
    ['iaf, whose weights are shared', { make: ({ dim }) => iaf(dim, { layers: 1, hidden: 8, depth: 1 }), fewest: 2 }],
    [
      'sylvester-t, which has no inverse',
      { make: ({ dim }) => sylvesterTriangular(dim), fewest: 2, hasInverse: false },
    ],
  ])('are kept by %s', async (_, row) => {
    expect(await broken(row)).toEqual({});
  });

  it('are named, once each, and those of the inverse and of invariants come where there are any', () => {
    const names = (row: OwnFlowRow, options = {}) => flowLaws(row, options).map(({ name }) => name);
    const always = ['finite', 'rows', 'logDet', 'fold', 'gradients', 'start'];
    const own = ['shapes', 'parameters', 'amortised'];
    const row: OwnFlowRow = { make: ({ dim }) => affine(dim) };
    expect(names(row, { compile })).toEqual([...always, 'roundTrip', 'inverseGradients', ...own, 'compiled']);
    expect(names({ make: ({ dim }) => sylvesterTriangular(dim), fewest: 2, hasInverse: false })).toEqual([
      ...always,
      'invariants',
      ...own,
    ]);
  });

  it('are checked in no dimension below the narrowest', async () => {
    const seen = new Set<number>();
    const make: OwnFlowRow['make'] = ({ dim, args }) => {
      seen.add(dim);
      expect(args).toEqual({ columns: dim });
      return affine(dim);
    };
    const args = [{ name: 'columns', fallback: (dim: number) => dim, from: 1, to: 9 }];
    for (const { check } of flowLaws({ make, args, fewest: 4 }).filter(({ name }) => name === 'shapes')) await check();
    expect([...seen]).toEqual([4, 5]);
  });

  it.each<[string, string, OwnFlowRow]>([
    [
      'logDet',
      'a log-det that is 1 % too large',
      forward((flow, params, z) => {
        const { y, logDet } = flow.forward(params, z);
        return { y, logDet: tf.mul(logDet, 1.01) };
      }),
    ],
    [
      'logDet',
      'a log-det of the other sign',
      forward((flow, params, z) => {
        const { y, logDet } = flow.forward(params, z);
        return { y, logDet: tf.neg(logDet) };
      }),
    ],
    [
      'roundTrip',
      'an inverse that is off by a thousandth',
      mutant((flow) => ({
        inverse: (params: Parameters<Forward>[0], y: Tensor2D) => {
          const { z, logDet } = flow.inverse(params, y);
          return { z: tf.mul(z, 1.001), logDet };
        },
      })),
    ],
    [
      'roundTrip',
      'an inverse with the log-det of the forward map',
      mutant((flow) => ({
        inverse: (params: Parameters<Forward>[0], y: Tensor2D) => {
          const { z, logDet } = flow.inverse(params, y);
          return { z, logDet: tf.neg(logDet) };
        },
      })),
    ],
    [
      'rows',
      'a shift by the mean of the batch',
      forward((flow, params, z) => {
        const { y, logDet } = flow.forward(params, z);
        return { y: tf.add(y, mean(z)), logDet };
      }),
    ],
    [
      'amortised',
      'parameters of the first row for all',
      forward((flow, params, z) => {
        const halved = Object.values(params).some((value) => value.shape[0]! > 1);
        return flow.forward(params, halved ? tf.mul(z, 0.5) : z);
      }),
    ],
    [
      'start',
      'a start that is not the identity',
      mutant((flow) => ({
        initialParams: (key: Parameters<Affine['initialParams']>[0]) =>
          Object.fromEntries(
            Object.entries(flow.initialParams(key)).map(([name, value]) => [name, value.map(() => 0.1)]),
          ),
      })),
    ],
    [
      'parameters',
      'a parameter without effect',
      mutant((flow) => ({
        paramShapes: { ...flow.paramShapes, idle: [2] },
        initialParams: (key: Parameters<Affine['initialParams']>[0]) => ({
          ...flow.initialParams(key),
          idle: new Float32Array(2),
        }),
      })),
    ],
    [
      'gradients',
      'a gradient that stops at z',
      forward((flow, params, z) => {
        const stopped = tf.customGrad((x) => ({
          value: tf.clone(x as Tensor2D),
          gradFunc: () => tf.zerosLike(x as Tensor2D),
        }));
        return flow.forward(params, stopped(z) as Tensor2D);
      }),
    ],
    [
      'shapes',
      'a log-det [B, 1]',
      forward((flow, params, z) => {
        const { y, logDet } = flow.forward(params, z);
        return { y, logDet: tf.reshape(logDet, [-1, 1]) as unknown as Tensor1D };
      }),
    ],
    [
      'compiled',
      'a number that is drawn inside',
      forward((flow, params, z) => {
        const { y, logDet } = flow.forward(params, z);
        return { y: tf.add(y, tf.mul(tf.randomNormal(z.shape), 1e-9)), logDet };
      }),
    ],
    [
      'finite',
      'an overflow for large points',
      forward((flow, params, z) => {
        const { y, logDet } = flow.forward(params, z);
        return { y: tf.add(y, tf.mul(tf.exp(tf.sub(tf.abs(z), 500)), 0)), logDet };
      }),
    ],
  ])('%s is broken by %s', async (law, _, row) => {
    const findings = await broken(row, law);
    expect(Object.keys(findings)).toEqual([law]);
    expect(findings[law]).toMatch(
      new RegExp(`^flow affine: expected the law ${law}, got |^compile: tf.randomNormal at `),
    );
  });
});
