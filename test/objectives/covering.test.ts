// Bounds that cover the target, against closed forms for normals: values, and gradients in expectation.
import {
  type BootstrapOptions,
  bootstrap,
  bootstrapNoise,
  chi,
  diagonalNormal,
  drawNormal,
  key,
  type Objective,
  type ScorableModel,
  type Tensor1D,
  type Tensor2D,
  targetModel,
  tf,
} from 'flowvae';
import { describe, expect, it } from 'vitest';

/** p̃ = e^LOG_Z·N(m, s²), q = N(μ, σ²), one dimension. */
const [LOG_Z, m, s] = [0.7, 0.4, 0.8];
const logTarget = (z: Tensor2D): Tensor1D => {
  const white = tf.div(tf.sub(z, m), s);
  return tf.squeeze(tf.sub(LOG_Z - Math.log(s) - 0.5 * Math.log(2 * Math.PI), tf.mul(0.5, tf.square(white))), [1]);
};

/**
 * ½ log ∫ p̃²/q = LOG_Z + ½ log ∫ p²/q: for normals with v = 2σ² − s² > 0, log ∫ p²/q = log σ² − log s − ½ log v + (μ −
 * m)²/v. By completing the square of 2·log p − log q.
 */
const exact = (mu: number, logStd: number): number => {
  const variance = Math.exp(2 * logStd);
  const v = 2 * variance - s * s;
  return LOG_Z + 0.5 * (Math.log(variance) - Math.log(s) - 0.5 * Math.log(v) + (mu - m) ** 2 / v);
};
const slope = (mu: number, logStd: number): readonly [number, number] => [
  (exact(mu + 1e-5, logStd) - exact(mu - 1e-5, logStd)) / 2e-5,
  (exact(mu, logStd + 1e-5) - exact(mu, logStd - 1e-5)) / 2e-5,
];

/** Value and gradients of an objective, the mean over rows of many draws each. */
function valueAndGradients(
  objective: Objective<ScorableModel>,
  width: number,
  [mu, logStd]: readonly [number, number],
) {
  const rows = 20;
  const noise = tf.tensor2d(drawNormal(key(3), rows * objective.draws * width), [rows, objective.draws * width]);
  const mean = tf.variable(tf.tensor2d([[mu]]));
  const log = tf.variable(tf.tensor2d([[logStd]]));
  const model = () => targetModel(logTarget, diagonalNormal({ mean: mean as never, logStd: log as never }));
  const { value, grads } = tf.variableGrads(() => objective.bound(model(), noise).loss, [mean, log]);
  const found = [value, grads[mean.name]!, grads[log.name]!].map((each) => each.dataSync()[0]!);
  mean.dispose();
  log.dispose();
  return found;
}

const at = [0.1, 0.1] as const;

describe('chi', () => {
  it('estimates ½ log E_q[w²] and its gradient', () => {
    const [value, ...gradient] = valueAndGradients(chi(2000), 1, at);
    expect(value).toBeCloseTo(exact(...at), 2);
    for (const [i, each] of slope(...at).entries()) expect(Math.abs(gradient[i]! - each)).toBeLessThan(0.03);
  });

  it('is log Z, without a gradient in expectation, where q is the target', () => {
    const [value, ...gradient] = valueAndGradients(chi(500), 1, [m, Math.log(s)]);
    expect(value).toBeCloseTo(LOG_Z, 5);
    for (const each of gradient) expect(Math.abs(each)).toBeLessThan(0.03);
  });

  it('refuses a number of draws that is none', () => {
    expect(() => chi(0)).toThrow('chi: k: expected a whole number');
  });
});

describe('bootstrap', () => {
  const options: BootstrapOptions = { k: 1000, temperatures: 3, leapfrogSteps: 3, stepSize: 0.4 };
  const width = 1 + bootstrapNoise(1, options);

  it.each([0, 1, 3])('with %i temperatures estimates ½ log ∫ p̃²/q and its gradient', (temperatures) => {
    const own = { ...options, temperatures };
    const [value, ...gradient] = valueAndGradients(bootstrap(1, own), 1 + bootstrapNoise(1, own), at);
    expect(value).toBeCloseTo(exact(...at), 2);
    for (const [i, each] of slope(...at).entries()) expect(Math.abs(gradient[i]! - each)).toBeLessThan(0.03);
  });

  it('spreads its weights less with more temperatures', () => {
    const spread = (temperatures: number) => {
      const own = { ...options, temperatures };
      const values = Array.from({ length: 6 }, (_, i) => {
        const noise = tf.tensor2d(drawNormal(key(50 + i), 1000 * (1 + bootstrapNoise(1, own))), [
          1,
          1000 * (1 + bootstrapNoise(1, own)),
        ]);
        const q = diagonalNormal({ mean: tf.tensor2d([[-1]]), logStd: tf.tensor2d([[0]]) });
        return bootstrap(1, own).bound(targetModel(logTarget, q), noise).loss.dataSync()[0]!;
      });
      return values.reduce((sum, each) => sum + Math.abs(each - exact(-1, 0)), 0) / values.length;
    };
    expect(spread(6)).toBeLessThan(spread(0));
  });

  it('is log Z where q is the target', () => {
    const [value] = valueAndGradients(bootstrap(1, options), width, [m, Math.log(s)]);
    expect(value).toBeCloseTo(LOG_Z, 5);
  });

  it('refuses a step size that is none', () => {
    expect(() => bootstrap(1, { ...options, stepSize: 0 })).toThrow('bootstrap: stepSize: expected a positive number');
  });
});
