// Log scales beyond their range: the value stays at the bound, and descent finds the way back.
import { gaussian } from '@flowvae/distributions';
import { type Scalar, type Tensor2D, tf } from '@flowvae/tensor';
import { adam, type EngineName, fit } from '@flowvae/training';
import { describe, expect, it } from 'vitest';
import { compiled, eager, shaped, withGradients } from '../laws/evaluation.ts';

const nll = (x: Tensor2D, logStd: Tensor2D): Scalar =>
  tf.neg(tf.mean(gaussian({ mean: tf.zerosLike(x), logStd }).logProb(x)));

describe.each<EngineName>(['compiled', 'eager'])('a learned scale on the %s engine', (engine) => {
  /** log σ after `exact` steps at residual 0 and as many as are left at residual 0.5. */
  const learned = async (exact: number, steps: number) => {
    const variables = { logStd: tf.tidy(() => tf.variable(tf.tensor2d([[-6.8]]))) };
    await fit({
      variables,
      loss: ({ x }) => ({ loss: nll(x as Tensor2D, variables.logStd as Tensor2D), terms: {} }),
      inputShapes: { x: [1, 1] },
      batch: (step) => ({ x: Float32Array.of(step <= exact ? 0 : 0.5) }),
      optimizer: adam(0.1),
      steps,
      engine,
    });
    const [value] = variables.logStd.dataSync();
    tf.dispose(variables);
    return value!;
  };

  it('passes its bound where residuals are 0, and comes back once they are not', async () => {
    const beyond = await learned(12, 12);
    expect(beyond).toBeLessThan(-7.2);
    expect(beyond).toBeGreaterThan(-8.5);
    expect(await learned(12, 60)).toBeGreaterThan(-6.5);
  });
});

it('the gradient beyond the range passes if descent leads back, and not otherwise; both engines agree', async () => {
  const cases = [
    { logStd: -8, x: 0.5, passes: true },
    { logStd: -8, x: 0, passes: false },
    { logStd: 8, x: 0.5, passes: true },
    { logStd: 8, x: 3000, passes: false },
    { logStd: -7, x: 0, passes: true },
    { logStd: 7, x: 3000, passes: true },
    { logStd: -1, x: 0.5, passes: true },
  ];
  const loss = withGradients(({ x, logStd }) => nll(x as Tensor2D, logStd as Tensor2D));
  for (const { logStd, x, passes } of cases) {
    const inputs = { x: shaped([x], [1, 1]), logStd: shaped([logStd], [1, 1]) };
    const [seen, graph] = [eager(loss, inputs), await compiled(loss, inputs)];
    const bounded = Math.min(7, Math.max(-7, logStd));
    const slope = 1 - x ** 2 * Math.exp(-2 * bounded);
    expect(seen['gradient:logStd']![0]! / (passes ? slope : 1)).toBeCloseTo(passes ? 1 : 0, 5);
    expect(seen.value![0]! / (bounded + 0.5 * Math.log(2 * Math.PI) + (1 - slope) / 2)).toBeCloseTo(1, 5);
    for (const [name, [value]] of Object.entries(seen))
      expect(Math.abs(graph[name]![0]! - value!)).toBeLessThanOrEqual(1e-6 * Math.abs(value!));
  }
});
