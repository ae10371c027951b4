// Posteriors: their variables, the parts that depend on the data, and that a new flow leaves the diagonal normal
// unchanged.
import { type Amortization, flowParameterCount, flowPosterior, type InvertibleFlow, parseFlow } from '@flowvae/flows';
import { drawNormal, fold, key } from '@flowvae/random';
import { parameterCount, tf, type Variable } from '@flowvae/tensor';
import { afterAll, describe, expect, it } from 'vitest';
import { differences } from '../laws/comparison.ts';

const [latent, contextWidth] = [3, 7];
const made: { variables: Readonly<Record<string, Variable>> }[] = [];
afterAll(() => tf.dispose(made.map(({ variables }) => ({ ...variables }))));

function posteriorOf(options: { readonly formula?: string; readonly amortize?: Amortization; readonly seed?: number }) {
  const { formula, seed = 1, ...rest } = options;
  const given = formula ? parseFlow(formula, latent) : undefined;
  const posterior = flowPosterior({ latent, contextWidth, flow: given as InvertibleFlow, key: key(seed), ...rest });
  made.push(posterior);
  return posterior;
}

/** Draws at three contexts, as arrays. */
function drawnBy(posterior: ReturnType<typeof posteriorOf>) {
  return tf.tidy(() => {
    const context = tf.tensor2d(drawNormal(fold(key(2), 'context'), 3 * contextWidth), [3, contextWidth]);
    const noise = tf.tensor2d(drawNormal(fold(key(2), 'noise'), 3 * latent), [3, latent]);
    const { z, logProb, terms } = posterior.at(context).sampleAndLogProb(noise);
    return {
      z: z.dataSync(),
      logProb: logProb.dataSync(),
      logBase: terms.logBase!.dataSync(),
      noise: noise.dataSync(),
    };
  });
}

const shapesOf = (variables: Readonly<Record<string, Variable>>) =>
  Object.fromEntries(Object.entries(variables).map(([name, { shape }]) => [name, shape]));
const freeBase = { 'base/mean': [1, 3], 'base/logStd': [1, 3] };
const amortisedBase = {
  'base/mean/kernel': [7, 3],
  'base/mean/bias': [3],
  'base/logStd/kernel': [7, 3],
  'base/logStd/bias': [3],
};
const freeFlow = { 'flow/w': [1, 4, 3], 'flow/u': [1, 4, 3], 'flow/b': [1, 4] };
const amortisedFlow = {
  'flow/w/kernel': [7, 12],
  'flow/w/bias': [12],
  'flow/u/kernel': [7, 12],
  'flow/u/bias': [12],
  'flow/b/kernel': [7, 4],
  'flow/b/bias': [4],
};

describe('variables', () => {
  it.each<[Amortization, object, number]>([
    ['none', { ...freeBase, ...freeFlow }, 6 + 28],
    ['base', { ...amortisedBase, ...freeFlow }, 48 + 28],
    ['flow', { ...amortisedBase, ...amortisedFlow }, 48 + 8 * 28],
  ])("amortize '%s'", (amortize, shapes, size) => {
    const { variables } = posteriorOf({ formula: 'planar*4', amortize });
    expect(shapesOf(variables)).toEqual(shapes);
    expect(Object.keys(variables)).toEqual(Object.keys(shapes));
    expect(parameterCount(variables)).toBe(size);
  });

  it("amortises the flow by default, and has only the base's without one", () => {
    expect(shapesOf(posteriorOf({ formula: 'planar*4' }).variables)).toEqual({ ...amortisedBase, ...amortisedFlow });
    expect(Object.keys(posteriorOf({}).variables)).toEqual([
      'mean/kernel',
      'mean/bias',
      'logStd/kernel',
      'logStd/bias',
    ]);
  });

  it('start from the key: the same bytes for the same one, other numbers for another', () => {
    const bytes = (seed: number) => posteriorOf({ formula: 'planar*4', seed }).variables;
    const [one, same, other] = [bytes(1), bytes(1), bytes(2)];
    for (const name of Object.keys(one)) expect(same[name]!.dataSync()).toEqual(one[name]!.dataSync());
    expect(other['base/mean/kernel']!.dataSync()).not.toEqual(one['base/mean/kernel']!.dataSync());
    expect(other['flow/w/bias']!.dataSync()).not.toEqual(one['flow/w/bias']!.dataSync());
  });
});

describe.each<Amortization>(['none', 'base', 'flow'])("amortize '%s'", (amortize) => {
  it.each(['planar', 'planar*80', 'planar*3-planar*2'])(
    'starts as the diagonal normal of K = 0 under %s',
    (formula) => {
      const plain = drawnBy(posteriorOf({ amortize }));
      const refined = drawnBy(posteriorOf({ formula, amortize }));
      expect(differences('z', refined.z, plain.z, 1e-5)).toEqual([]);
      expect(differences('logProb', refined.logProb, plain.logProb, 1e-5)).toEqual([]);
      expect(refined.logBase).toEqual(plain.logProb);
    },
  );

  it('depends on the context as it says: through the base, through the flow', () => {
    const posterior = posteriorOf({ formula: 'planar*4', amortize });
    const assign = (part: 'base' | 'flow', scale: number) => {
      for (const [name, variable] of Object.entries(posterior.variables)) {
        const values = drawNormal(fold(key(3), name), variable.size).map((value) => scale * value);
        if (name.startsWith(part)) tf.tidy(() => variable.assign(tf.tensor(values, variable.shape)));
      }
    };
    const rowsDiffer = () =>
      tf.tidy(() => {
        const context = tf.tensor2d(drawNormal(key(4), 2 * contextWidth), [2, contextWidth]);
        const { z } = posterior.at(context).sampleAndLogProb(tf.ones([2, latent]));
        const [first, second] = [z.dataSync().slice(0, latent), z.dataSync().slice(latent)];
        return first.some((value, i) => Math.abs(value - second[i]!) > 1e-3);
      });
    expect(rowsDiffer()).toBe(amortize !== 'none');
    assign('base', 0);
    assign('flow', 0.5);
    expect(rowsDiffer()).toBe(amortize === 'flow');
  });
});

it('the base of a fresh posterior is narrower than the prior', () => {
  const { z, noise, logProb } = drawnBy(posteriorOf({ amortize: 'none' }));
  expect(
    differences(
      'z',
      z,
      Array.from(noise, (value) => Math.exp(-1) * value),
      1e-6,
    ),
  ).toEqual([]);
  const density = (row: number) =>
    Array.from(noise)
      .slice(3 * row, 3 * row + 3)
      .reduce((sum, value) => sum - 0.5 * value ** 2 - 0.5 * Math.log(2 * Math.PI) + 1, 0);
  expect(differences('logProb', logProb, [0, 1, 2].map(density), 1e-6)).toEqual([]);
});

it('scaled heads see the features divided by the root of their number, the base and contexts of networks the features themselves', () => {
  const flow = (width: number) => parseFlow('planar*2-realnvp(4,1)', latent, { contextWidth: width });
  const options = { latent, contextWidth, flow, key: key(5) };
  const [scaled, plain] = [flowPosterior(options), flowPosterior({ ...options, heads: 'plain' })];
  made.push(scaled, plain);
  tf.tidy(() => {
    for (const [name, variable] of Object.entries(scaled.variables)) {
      const values = tf.tensor(drawNormal(fold(key(6), name), variable.size), variable.shape);
      variable.assign(values);
      const isHead = /^flow\/.*\/kernel$/.test(name);
      plain.variables[name]!.assign(isHead ? tf.div(values, Math.sqrt(contextWidth)) : values);
    }
    const context = tf.tensor2d(drawNormal(key(7), 2 * contextWidth), [2, contextWidth]);
    const [z, expected] = [scaled, plain].map((posterior) =>
      posterior
        .at(context)
        .sampleAndLogProb(tf.ones([2, latent]))
        .z.dataSync(),
    );
    expect(differences('z', z!, expected!, 1e-5)).toEqual([]);
  });
});

it('a context of another width is refused', () => {
  const posterior = posteriorOf({ formula: 'planar' });
  expect(() => posterior.at(tf.zeros([2, 8]))).toThrowError(
    'amortised parameters: context: expected [batch, 7], got [2, 8]',
  );
});

describe('a flow with networks inside', () => {
  const made = (amortize: Amortization) => {
    const flow = (width: number) => parseFlow('planar-realnvp(4,1)*2', latent, { contextWidth: width });
    const posterior = flowPosterior({ latent, contextWidth, flow, amortize, key: key(5) });
    return posterior;
  };
  const networks = {
    'flow/1.kernel1': [1, 2, 2, 4],
    'flow/1.bias1': [1, 2, 4],
    'flow/1.kernelOut': [1, 2, 4, 2],
    'flow/1.biasOut': [1, 2, 2],
  };
  const planarHeads = {
    'flow/0.w/kernel': [7, 3],
    'flow/0.w/bias': [3],
    'flow/0.u/kernel': [7, 3],
    'flow/0.u/bias': [3],
    'flow/0.b/kernel': [7, 1],
    'flow/0.b/bias': [1],
  };
  const planarFree = { 'flow/0.w': [1, 1, 3], 'flow/0.u': [1, 1, 3], 'flow/0.b': [1, 1] };

  it.each<[Amortization, object]>([
    ['flow', { ...amortisedBase, ...planarHeads, ...networks, 'flow/1.contextKernel': [1, 7, 8] }],
    ['base', { ...amortisedBase, ...planarFree, ...networks }],
    ['none', { ...freeBase, ...planarFree, ...networks }],
  ])("amortize '%s': weights stay shared, the features are the context, the rest gets heads", (amortize, shapes) => {
    const { variables } = made(amortize);
    expect(shapesOf(variables)).toEqual(shapes);
    const flow = parseFlow('planar-realnvp(4,1)*2', latent, { contextWidth: amortize === 'flow' ? contextWidth : 0 });
    const ofFlow = Object.entries(variables).filter(([name]) => name.startsWith('flow/'));
    expect(flowParameterCount(flow, amortize === 'flow' ? contextWidth : undefined)).toBe(
      parameterCount(Object.fromEntries(ofFlow)),
    );
    tf.dispose({ ...variables });
  });

  it('lets each data point see its own features, and no others', () => {
    const posterior = made('flow');
    for (const [name, variable] of Object.entries(posterior.variables)) {
      const values = drawNormal(fold(key(6), name), variable.size).map((value) => 0.5 * value);
      tf.tidy(() => variable.assign(tf.tensor(values, variable.shape)));
    }
    const drawnAt = (context: Float32Array) =>
      tf.tidy(() => {
        const rows = context.length / contextWidth;
        const { z } = posterior
          .at(tf.tensor2d(context, [rows, contextWidth]))
          .sampleAndLogProb(tf.ones([rows, latent]));
        return Array.from(z.dataSync());
      });
    const [one, other] = [drawNormal(key(7), contextWidth), drawNormal(key(8), contextWidth)];
    const together = drawnAt(Float32Array.from([...one, ...other]));
    expect(differences('z', together, [...drawnAt(one), ...drawnAt(other)], 1e-6)).toEqual([]);
    expect(differences('z', drawnAt(other), drawnAt(one), 1e-2)).not.toEqual([]);
    tf.dispose({ ...posterior.variables });
  });

  it('that asks for features is refused where nothing is amortised', () => {
    const flow = parseFlow('iaf', latent, { contextWidth });
    expect(() => flowPosterior({ latent, contextWidth, flow, amortize: 'base', key: key(5) })).toThrow(
      'free parameters of iaf: expected a flow without context, got the context context; make the flow with contextWidth 0',
    );
  });
});
