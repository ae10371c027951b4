// Flows that were trained in Python: the numbers that their own libraries computed, and state dicts that are refused.
import { compile } from '@flowvae/compiler';
import { checkFlow, flowLaws, fromNormflows, fromSylvesterFlows, type SylvesterFlowsKind } from '@flowvae/flows';
import { decodeSafetensors, ExpectationError, encodeSafetensors, type StoredTensor, tf } from '@flowvae/tensor';
import { describe, expect, it } from 'vitest';
import normflows from '../reference/normflows.json' with { type: 'json' };
import sylvesterFlows from '../reference/sylvester-flows.json' with { type: 'json' };

type Given = Readonly<Record<string, { readonly shape: readonly number[]; readonly values: readonly number[] }>>;
type State = Readonly<Record<string, StoredTensor>>;

/** A state dict as a file holds it. */
function stateOf(given: object): State {
  const entries = Object.entries(given as Given).map(([name, { shape, values }]) => {
    return [name, { shape, values: Float32Array.from(values) }] as const;
  });
  return decodeSafetensors(encodeSafetensors({ tensors: Object.fromEntries(entries), metadata: {} }), 'state').tensors;
}

/** The largest difference, in units of max(1, |expected|). */
const distance = (received: ArrayLike<number>, expected: readonly number[]): number =>
  Math.max(...expected.map((value, i) => Math.abs(received[i]! - value) / Math.max(1, Math.abs(value))));

const leaky = { activation: 'leaky_relu' } as const;
const optionsOf = (name: string) => (name.includes('leaky') ? leaky : {});

function normflowsDistance({ name, dim, z, y, logDet }: (typeof normflows.cases)[number], state: State, options = {}) {
  return tf.tidy(() => {
    const { flow, values } = fromNormflows(state, { ...optionsOf(name), ...options });
    const params = Object.entries(flow.paramShapes).map(([param, shape]) => {
      return [param, tf.tensor(values[param]!, [1, ...shape])] as const;
    });
    const result = flow.forward(Object.fromEntries(params), tf.tensor2d(z, [z.length, dim]));
    return Math.max(distance(result.y.dataSync(), y.flat()), distance(result.logDet.dataSync(), logDet));
  });
}

describe('normflows', () => {
  it.each(normflows.cases.map((row) => [row.name, row] as const))('%s: its numbers', (_, row) => {
    const state = stateOf(row.state);
    expect(normflowsDistance(row, state)).toBeLessThan(2e-5);
    const wrong = { ...state };
    const [name] = Object.keys(state).filter((key) => /\.(u|beta)$/.test(key));
    wrong[name!] = { ...state[name!]!, values: state[name!]!.values.map((value) => 1.01 * value) };
    expect(normflowsDistance(row, wrong)).toBeGreaterThan(1e-4);
  });

  it('tells one activation from the other', () => {
    const [row] = normflows.cases;
    expect(normflowsDistance(row!, stateOf(row!.state), leaky)).toBeGreaterThan(1e-2);
  });

  const state = stateOf(normflows.cases[3]!.state);
  const without = (name: string): State => Object.fromEntries(Object.entries(state).filter(([key]) => key !== name));
  const given = (name: string, shape: number[], values: number[]): State => ({
    ...state,
    [name]: { shape, values: Float32Array.from(values) },
  });
  it.each<[what: string, state: State, error: string]>([
    ['no flow', {}, 'fromNormflows: flows.0.w or 0.z_0: expected a planar or radial layer, got none'],
    ['a missing tensor', without('flows.0.u'), 'flows.0.u: expected a tensor of shape [1, 3], got none of that name'],
    ['another shape', given('flows.1.beta', [2], [1, 2]), 'flows.1.beta: expected a tensor of shape [1], got [2]'],
    [
      'another flow',
      given('flows.4.loc', [1], [0]),
      'flows.4.w: expected a tensor of shape [1, 3], got none of that name',
    ],
    ['a tensor too many', given('flows.0.v', [1], [0]), 'flows.0.v: expected only the parameters of the flows'],
    ['not finite', given('flows.0.b', [1], [Number.NaN]), 'flows.0.b: expected finite numbers, got NaN'],
    ['a radial flow with a pole', given('flows.1.alpha', [1], [0]), 'flows.1.alpha: expected a number other than 0'],
  ])('refuses %s', (_, refused, error) => {
    const read = () => fromNormflows(refused);
    expect(read).toThrow(ExpectationError);
    expect(read).toThrow(error);
  });

  it('is read from a file with integer buffers, which are left out by name', () => {
    const file = encodeSafetensors({
      tensors: { 'flows.0.d': { shape: [2], values: new Float32Array(2) } },
      metadata: {},
    });
    const text = new TextDecoder('latin1').decode(file).replace('"F32","shape":[2]', '"I64","shape":[] ');
    const withInteger = Uint8Array.from(text, (letter) => letter.charCodeAt(0));
    expect(() => decodeSafetensors(withInteger, 'file')).toThrow('file: expected tensor "flows.0.d" to be float32');
    const leaveOut = (name: string) => name.endsWith('.d');
    expect(decodeSafetensors(withInteger, 'file', { leaveOut }).tensors).toEqual({});
  });
});

function sylvesterDistance(row: (typeof sylvesterFlows.cases)[number], state: State): number {
  const { latent, contextWidth } = sylvesterFlows;
  return tf.tidy(() => {
    const imported = fromSylvesterFlows(state, { kind: row.kind as SylvesterFlowsKind });
    expect([imported.latent, imported.contextWidth]).toEqual([latent, contextWidth]);
    const context = tf.tensor2d(row.h, [row.h.length, contextWidth]);
    const { z, logProb, terms } = imported.posterior.at(context).sampleAndLogProb(tf.tensor2d(row.eps));
    return Math.max(
      distance(z.dataSync(), row.z.flat()),
      distance(logProb.dataSync(), row.logQ),
      distance(terms.logDet!.dataSync(), row.logDet),
    );
  });
}

/** The zeros of a model with autoregressive networks of a width. */
function autoregressive(width: number): State {
  const shapes = {
    ...Object.fromEntries(['q_z_mean', 'q_z_var.0'].flatMap((name) => headOf(name, 4, 5))),
    ...Object.fromEntries(headOf('h_context', width, 5)),
    ...Object.fromEntries(
      [0, 8].flatMap((first) =>
        [[4, width], [width], [width, width], [width], [width, 4], [4], [width, 4], [4]].map(
          (shape, i) => [`flow.param_list.${first + i}`, shape] as const,
        ),
      ),
    ),
  };
  return zerosOf(shapes);
}

const zerosOf = (shapes: Readonly<Record<string, readonly number[]>>): State =>
  Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => {
      return [name, { shape, values: new Float32Array(shape.reduce((a, b) => a * b)) }] as const;
    }),
  );

const headOf = (name: string, outputs: number, features: number): [string, number[]][] => [
  [`${name}.weight`, [outputs, features]],
  [`${name}.bias`, [outputs]],
];

describe('sylvester-flows', () => {
  it.each(sylvesterFlows.cases.map((row) => [row.kind, row] as const))('%s: its numbers (case %#)', (_, row) => {
    const state = stateOf(row.state);
    expect(sylvesterDistance(row, state)).toBeLessThan(5e-5);
    const withRest = { ...state, 'q_z_nn.0.h.weight': { shape: [1], values: new Float32Array(1) } };
    expect(sylvesterDistance(row, withRest)).toBeLessThan(5e-5);
    // every head matters, and the place of each number in it
    for (const name of Object.keys(state).filter((key) => /weight|param_list/.test(key))) {
      const wrong = { ...state, [name]: { ...state[name]!, values: state[name]!.values.toReversed() } };
      expect([name, sylvesterDistance(row, wrong) > 1e-3]).toEqual([name, true]);
    }
  });

  it.each([2, 8, 12])('iaf: the laws of flows hold for networks of width %i', async (width) => {
    const { flow } = fromSylvesterFlows(autoregressive(width), { kind: 'iaf' });
    const checks = ['finite', 'rows', 'logDet', 'gradients', 'start'] as const;
    expect(checkFlow(flow, { checks, scale: [0.5, 2], draws: 2, points: 3 }).findings).toEqual([]);
    const laws = flowLaws({ make: () => flow, hasInverse: false }, { compile, dims: [4] });
    await laws.find(({ name }) => name === 'compiled')!.check();
  });

  it('clips the variances of models of grey values', () => {
    const { state, h } = sylvesterFlows.cases.find(({ kind }) => kind === 'planar')!;
    const wide = { ...stateOf(state), 'q_z_var.0.bias': { shape: [4], values: Float32Array.of(9, -9, 0.5, 9) } };
    const spread = (isOfGreyValues: boolean) =>
      tf.tidy(() => {
        const { posterior } = fromSylvesterFlows(wide, { kind: 'planar', isOfGreyValues });
        const zeros = tf.zeros(posterior.variables['base/rawVariance/kernel']!.shape);
        posterior.variables['base/rawVariance/kernel']!.assign(zeros);
        return [
          ...tf
            .exp(tf.mul(2, posterior.baseAt(tf.tensor2d(h)).logStd))
            .dataSync()
            .slice(0, 4),
        ];
      });
    const softplus = (r: number) => Math.log1p(Math.exp(r));
    const close = (values: readonly number[]) => values.map((value) => expect.closeTo(value, 4));
    expect(spread(false)).toEqual(close([softplus(9), softplus(-9), softplus(0.5), softplus(9)]));
    expect(spread(true)).toEqual(close([7, 0.01, softplus(0.5), 7]));
  });

  it('refuses autoregressive networks of other widths, and lists without a layer or with half of one', () => {
    const state = stateOf(sylvesterFlows.cases.find(({ kind }) => kind === 'iaf')!.state);
    const read = (changed: State) => () => fromSylvesterFlows(changed, { kind: 'iaf' });
    const without = (name: RegExp): State =>
      Object.fromEntries(Object.entries(state).filter(([key]) => !name.test(key)));
    expect(read(without(/param_list/))).toThrow('flow.param_list.0: expected the first kernel of a layer, got none');
    expect(read(without(/param_list\.23/))).toThrow('flow.param_list.23: expected a tensor of shape [4], got none');
    expect(read(without(/param_list\.16/))).toThrow('expected only the parameters of the flows that can be imported');
    const wide = { ...state, 'h_context.weight': { shape: [6, 5], values: new Float32Array(30) } };
    expect(read(wide)).toThrow('h_context.weight: expected a multiple or a divisor of 4 rows, got 6');
  });

  it('refuses more columns of Q than the latent has numbers, which cannot be orthonormal', () => {
    const heads = { amor_d: 25, 'amor_diag1.0': 5, 'amor_diag2.0': 5, amor_b: 5, amor_q: 20 };
    const names = Object.entries({ q_z_mean: 4, 'q_z_var.0': 4, ...heads });
    const state = zerosOf(Object.fromEntries(names.flatMap(([name, outputs]) => headOf(name, outputs, 3))));
    expect(() => fromSylvesterFlows(state, { kind: 'orthogonal' })).toThrow(
      `amor_b: expected at most 4 columns of Q, the latent's width, got 5`,
    );
  });

  it('refuses the heads of another model, and other tensors', () => {
    const [planar, orthogonal] = sylvesterFlows.cases.map(({ state }) => stateOf(state)) as [State, State];
    const read = (state: State, kind: SylvesterFlowsKind) => () => fromSylvesterFlows(state, { kind });
    expect(read(planar, 'orthogonal')).toThrow('amor_d.weight: expected a tensor of rank 2, got none of that name');
    expect(read(orthogonal, 'triangular')).toThrow(ExpectationError);
    expect(read({ ...planar, more: planar['amor_b.bias']! }, 'planar')).toThrow(
      'fromSylvesterFlows: more: expected only the parameters of the flows that can be imported, got it',
    );
  });
});
