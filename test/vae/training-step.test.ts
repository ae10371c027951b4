// One training step: the gradient reaches every variable, and K = 0 is the plain VAE that anyone would write by hand.
import { type Amortization, type InvertibleFlow, parseFlow, parseInvertibleFlow } from '@flowvae/flows';
import { elbo } from '@flowvae/objectives';
import { drawBernoulli, drawNormal, drawUniform, fold, key } from '@flowvae/random';
import { type NamedVariables, type Scalar, type Tensor, type Tensor2D, tf } from '@flowvae/tensor';
import { type Activation, mlpVae, type Vae } from '@flowvae/vae';
import { afterAll, describe, expect, it } from 'vitest';
import { differences, gradientDifferences } from '../laws/comparison.ts';
import { compiled, eager, type Inputs, shaped, type Tensors } from '../laws/evaluation.ts';

const [pixels, latent, batch] = [21, 3, 8];
const made: Vae[] = [];
afterAll(() => tf.dispose(made.map(({ variables }) => ({ ...variables }))));

const inputs: Inputs = {
  x: shaped(drawBernoulli(key(1), drawUniform(key(2), batch * pixels)), [batch, pixels]),
  noise: shaped(drawNormal(key(3), batch * latent), [batch, latent]),
};

/** A VAE some way from its start, where nothing is 0 by construction. */
function movedVae(options: {
  readonly activation: Activation;
  readonly formula?: string;
  readonly amortize?: Amortization;
  readonly prior?: string;
}) {
  const { formula, prior, ...rest } = options;
  const flow = formula ? (contextWidth: number) => parseFlow(formula, latent, { contextWidth }) : undefined;
  const learnt = prior ? parseInvertibleFlow(prior, latent) : undefined;
  const model = mlpVae({ pixels, latent, hidden: [9, 5], flow, prior: learnt, key: key(4), ...rest });
  for (const [name, variable] of Object.entries(model.variables)) {
    const shift = tf.tensor(
      drawNormal(fold(key(5), name), variable.size).map((value) => 0.1 * value),
      variable.shape,
    );
    tf.tidy(() => variable.assign(tf.add(variable, shift)));
    shift.dispose();
  }
  made.push(model);
  return model;
}

/** Loss and all gradients, as `gradient:<variable>`. */
const stepOf = (loss: (inputs: Tensors) => Scalar, variables: NamedVariables) => (given: Tensors) => {
  const { value, grads } = tf.variableGrads(() => loss(given), Object.values(variables));
  const gradients = Object.entries(variables).map(
    ([name, variable]) => [`gradient:${name}`, grads[variable.name]!] as const,
  );
  return { loss: value as Tensor, ...Object.fromEntries(gradients.filter(([, gradient]) => gradient)) };
};

const lossOf =
  (model: Vae) =>
  ({ x, noise }: Tensors) =>
    elbo().bound(model.at(x as Tensor2D), noise as Tensor2D).loss;

const settings = [
  { activation: 'relu' },
  { activation: 'tanh' },
  { activation: 'maxout' },
  { activation: 'relu', formula: 'planar*4' },
  { activation: 'tanh', formula: 'planar*4', amortize: 'base' },
  { activation: 'maxout', formula: 'planar*2-planar*2', amortize: 'flow' },
  { activation: 'tanh', formula: 'planar', amortize: 'flow' },
  { activation: 'tanh', formula: 'nice-orth(4)*2-spline(4,4)*2', amortize: 'flow' },
  { activation: 'tanh', formula: 'realnvp(4)*2-iaf(4)*2', amortize: 'flow' },
  { activation: 'tanh', formula: 'maf(4)*2', amortize: 'base' },
  { activation: 'tanh', formula: 'planar*2', amortize: 'flow', prior: 'realnvp(4)*2-spline(4,4)' },
  { activation: 'tanh', prior: 'maf(4)*2' },
] as const;

describe.each(settings)('$activation, flow $formula, amortize $amortize, prior $prior', (setting) => {
  const model = movedVae(setting);
  const step = stepOf(lossOf(model), model.variables);
  const results = eager(step, inputs);

  it('has a gradient at every variable', () => {
    const silent = Object.keys(model.variables).filter(
      (name) => !results[`gradient:${name}`]?.some((value) => value !== 0),
    );
    expect(silent).toEqual([]);
    expect(Object.values(results).every((values) => values.every(Number.isFinite))).toBe(true);
  });

  it('is the same step compiled', async () => {
    const actual = await compiled(step, inputs, model.variables);
    const found = Object.keys(results).flatMap((name) =>
      gradientDifferences(name, actual[name]!, results[name]!, 1e-4),
    );
    expect(found).toEqual([]);
  });

  it('has a loss that falls along its gradient as the gradient says', () => {
    const names = Object.keys(model.variables);
    const squaredNorm = names
      .flatMap((name) => Array.from(results[`gradient:${name}`]!))
      .reduce((sum, g) => sum + g * g, 0);
    const length = 1e-2 / Math.sqrt(squaredNorm);
    const move = (by: number) => {
      for (const name of names) {
        const variable = model.variables[name]!;
        tf.tidy(() =>
          variable.assign(
            tf.add(
              variable,
              tf.tensor(
                results[`gradient:${name}`]!.map((g) => by * g),
                variable.shape,
              ),
            ),
          ),
        );
      }
    };
    const lossAfter = (by: number) => {
      move(by);
      const loss = eager((given) => ({ loss: lossOf(model)(given) }), inputs).loss![0]!;
      move(-by);
      return loss;
    };
    const slope = (lossAfter(length) - lossAfter(-length)) / (2 * length);
    expect(Math.abs(slope / squaredNorm - 1)).toBeLessThan(2e-2);
  });
});

/** A plain VAE in the fewest words: Kingma & Welling's, with the same variables. */
function byHand(v: NamedVariables) {
  const layer = (input: Tensor, path: string) =>
    tf.add(tf.matMul(input as Tensor2D, v[`${path}/kernel`] as unknown as Tensor2D), v[`${path}/bias`]!);
  const relu = (input: Tensor, path: string) => tf.relu(layer(input, path));
  return ({ x, noise }: Tensors): Scalar => {
    const h = relu(relu(x!, 'encoder/hidden1'), 'encoder/hidden2');
    const [mean, logStd] = [layer(h, 'posterior/mean'), layer(h, 'posterior/logStd')];
    const z = tf.add(mean, tf.mul(tf.exp(logStd), noise!));
    const logits = layer(relu(relu(z, 'decoder/hidden1'), 'decoder/hidden2'), 'decoder/output');
    const crossEntropy = tf.sum(tf.sub(tf.softplus(logits), tf.mul(x!, logits)), 1);
    const logPrior = tf.mul(tf.sum(tf.square(z), 1), -0.5);
    const logPosterior = tf.neg(tf.sum(tf.add(tf.mul(tf.square(noise!), 0.5), logStd), 1));
    return tf.mean(tf.add(crossEntropy, tf.sub(logPosterior, logPrior)));
  };
}

describe('K = 0', () => {
  const model = movedVae({ activation: 'relu' });
  const ours = eager(stepOf(lossOf(model), model.variables), inputs);

  it('is the plain VAE: the same loss and the same gradients', () => {
    const plain = eager(stepOf(byHand(model.variables), model.variables), inputs);
    expect(differences('loss', ours.loss!, plain.loss!, 1e-6)).toEqual([]);
    for (const name of Object.keys(model.variables)) {
      expect(gradientDifferences(name, ours[`gradient:${name}`]!, plain[`gradient:${name}`]!, 1e-5)).toEqual([]);
    }
  });

  it('is the start of a new flow, under the same noise', () => {
    const options = { pixels, latent, hidden: [9, 5], activation: 'relu', key: key(4) } as const;
    const plain = mlpVae(options);
    made.push(plain);
    for (const [formula, amortize] of [
      ['planar*10', 'flow'],
      ['planar*80', 'flow'],
      ['planar*10', 'base'],
    ] as const) {
      const refined = mlpVae({ ...options, flow: parseFlow(formula, latent) as InvertibleFlow, amortize });
      made.push(refined);
      const lossAt = (vae: Vae) => eager((given) => ({ loss: lossOf(vae)(given) }), inputs).loss!;
      expect(differences('loss', lossAt(refined), lossAt(plain), 1e-5)).toEqual([]);
    }
  });
});
