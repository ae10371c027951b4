// The abilities of a push-forward follow from its base and its flow, in its type as in its value.
import { detach, diagonalNormal, type Samplable, standardNormal } from '@flowvae/distributions';
import { type Flow, type InvertibleFlow, planar, pushForward } from '@flowvae/flows';
import { drawNormal, fold, key } from '@flowvae/random';
import { type Scalar, type Tensor2D, tf } from '@flowvae/tensor';
import { describe, expect, it } from 'vitest';
import { differences } from '../laws/comparison.ts';
import { eager, shaped, type Tensors } from '../laws/evaluation.ts';
import { drawInputs, forwardOf } from '../laws/flow-inputs.ts';

const flow: InvertibleFlow = planar(3, 2);
const { inverse: _, ...forwardOnly } = flow;
const inputs = drawInputs(flow, { batch: 4, paramRows: 1, scale: 0.8 });
const normalArrays = { mean: shaped([0.3, -1, 2], [1, 3]), logStd: shaped([-0.5, 0, 0.4], [1, 3]) };
const normalOf = ({ mean, logStd }: Tensors) => diagonalNormal({ mean: mean as Tensor2D, logStd: logStd as Tensor2D });

describe('the type', () => {
  const params = {};

  it('scores where base and flow allow it', () => {
    const both = pushForward(standardNormal(3), flow, params);
    expect(typeof both.logProb).toBe('function');
  });

  it('has no logProb for a flow without inverse', () => {
    const given: Flow = forwardOnly;
    const samplable = pushForward(standardNormal(3), given, params);
    // @ts-expect-error: the flow cannot be inverted, so no point can be scored
    expect(samplable.logProb).toBeUndefined();
    expect('logProb' in samplable).toBe(false);
  });

  it('has no logProb for a base that cannot score', () => {
    const { noise, sampleAndLogProb } = standardNormal(3);
    const base: Samplable = { noise, sampleAndLogProb, detached: () => base };
    const samplable = pushForward(base, flow, params);
    // @ts-expect-error: the base cannot score
    expect(samplable.logProb).toBeUndefined();
    expect('logProb' in samplable).toBe(false);
  });
});

describe('a draw', () => {
  const draw = ({ z: noise, mean, logStd, ...params }: Tensors) => {
    const base = normalOf({ mean: mean!, logStd: logStd! });
    const { z, logProb, terms } = pushForward(base, flow, params).sampleAndLogProb(noise as Tensor2D);
    const z0 = base.sampleAndLogProb(noise as Tensor2D);
    const image = forwardOf(flow)({ z: z0.z, ...params });
    return { z, logProb, ...terms, image: image.y, ownLogDet: image.logDet, ownLogBase: z0.logProb };
  };
  const results = eager(draw, { ...inputs, ...normalArrays });

  it('is the image of the base’s draw', () => {
    expect(results.z).toEqual(results.image);
    expect(results.logBase).toEqual(results.ownLogBase);
    expect(results.logDet).toEqual(results.ownLogDet);
  });

  it('has logProb = logBase − logDet', () => {
    const expected = results.logBase!.map((logBase, i) => logBase - results.logDet![i]!);
    expect(differences('logProb', results.logProb!, expected, 1e-6)).toEqual([]);
    expect(results.logDet!.some((value) => Math.abs(value) > 0.1)).toBe(true);
  });

  it('of a push-forward of a push-forward reports both log-dets as one', () => {
    const twice = ({ z: noise, ...params }: Tensors) => {
      const inner = pushForward(standardNormal(3), flow, params);
      const { logProb, terms } = pushForward(inner, flow, params).sampleAndLogProb(noise as Tensor2D);
      return { logProb, difference: tf.sub(terms.logBase!, terms.logDet!) };
    };
    const { logProb, difference } = eager(twice, inputs);
    expect(differences('logProb', logProb!, difference!, 1e-6)).toEqual([]);
  });
});

describe('detached', () => {
  /** The gradients of a loss of draws or scores with respect to base and flow parameters. */
  const gradients = (cut: boolean) =>
    eager(
      ({ z: noise, mean, logStd, ...params }) => {
        const names = Object.keys(params);
        const loss = (...tensors: Tensors[string][]) => {
          const [m, s, ...rest] = tensors;
          const named = Object.fromEntries(names.map((name, i) => [name, rest[i]!]));
          const whole = pushForward(normalOf({ mean: m!, logStd: s! }), flow, named);
          const q = cut ? whole.detached() : whole;
          const draw = q.sampleAndLogProb(noise as Tensor2D);
          return tf.add(tf.sum(draw.z), tf.add(tf.sum(draw.logProb), tf.sum(q.logProb(noise as Tensor2D)))) as Scalar;
        };
        const all = [mean!, logStd!, ...Object.values(params)];
        const { value, grads } = tf.valueAndGrads(loss)(all);
        return {
          value,
          ...Object.fromEntries(grads.map((gradient, i) => [['mean', 'logStd', ...names][i]!, gradient])),
        };
      },
      { ...inputs, ...normalArrays },
    );

  it('cuts every parameter off, and passes the same values', () => {
    const [{ value, ...cut }, { value: original, ...whole }] = [gradients(true), gradients(false)];
    expect(value).toEqual(original);
    for (const [name, gradient] of Object.entries(cut)) {
      expect(
        gradient.every((element) => element === 0),
        name,
      ).toBe(true);
      expect(
        whole[name]!.some((element) => element !== 0),
        name,
      ).toBe(true);
    }
  });

  it('still lets the gradient with respect to the scored point through', () => {
    const point = drawNormal(fold(key(5), 'point'), 12);
    const scoreGradient = eager(
      ({ y, ...params }) => ({
        gradient: tf.grad((at) =>
          pushForward(standardNormal(3), flow, params)
            .detached()
            .logProb(at as Tensor2D),
        )(y!),
      }),
      { y: shaped(point, [4, 3]), w: inputs.w!, u: inputs.u!, b: inputs.b! },
    );
    expect(scoreGradient.gradient!.every((element) => element !== 0)).toBe(true);
    expect(eager(({ x }) => ({ same: detach(x!) }), { x: shaped(point, [12]) }).same).toEqual(point);
  });
});
