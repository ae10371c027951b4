// Flows of pictures against nflows and normflows in float64, both directions, on both engines.
import { standardNormal } from '@flowvae/distributions';
import {
  channelCoupling,
  channelMix,
  checkerboardCoupling,
  factorOut,
  glow,
  type ImageShape,
  type InvertibleFlow,
  imageActnorm,
  imageRealnvp,
  inverseLogit,
  invert,
  type ParamShapes,
  type Params,
  pushForward,
  squeeze,
} from '@flowvae/flows';
import { drawPermutation, fold, key as keyOf } from '@flowvae/random';
import type { Tensor2D } from '@flowvae/tensor';
import { describe, expect, it } from 'vitest';
import { differences } from '../laws/comparison.ts';
import { compiled, eager, type Inputs, shaped, type Tensors } from '../laws/evaluation.ts';
import { bothDirectionsOf } from '../laws/flow-inputs.ts';
import { type PictureCase, pictureReference } from '../reference/picture-flows.ts';

const { key: seed, orders, cases } = pictureReference();
const key = keyOf(seed);

const sizeOf = ([height, width, channels]: ImageShape) => height * width * channels;

/** The flow of a case from pictures to noise, by the name of its function. */
const makers: Readonly<Record<string, (shape: ImageShape, options: object) => InvertibleFlow>> = {
  squeeze,
  imageActnorm,
  channelMix: (shape) => channelMix(shape, { key }),
  inverseLogit: (shape, options) => invert(inverseLogit(sizeOf(shape), options)),
  factorOut: (shape) => factorOut(shape, channelMix([shape[0], shape[1], Math.ceil(shape[2] / 2)], { key })),
  channelCoupling,
  checkerboardCoupling,
  glow: (shape, options) => invert(glow(shape, { ...options, key })),
  imageRealnvp: (shape, options) => invert(imageRealnvp(shape, options)),
};

const flowOf = ({ made, shape, options }: PictureCase) => makers[made]!(shape, options);

function inputsOf({ shape, params, x }: PictureCase, flow: InvertibleFlow): Inputs {
  const dim = sizeOf(shape);
  const points = shaped(x, [x.length / dim, dim]);
  const named = Object.entries(params).map(([name, values]) => [name, shaped(values, [1, ...flow.paramShapes[name]!])]);
  return { z: points, y: points, ...Object.fromEntries(named) };
}

/** Both directions, and the log-probability of pictures where the flow is a whole model. */
const questions = (given: PictureCase, flow: InvertibleFlow) => (inputs: Tensors) => {
  const { z, y: _, ...params } = inputs;
  const model = () => pushForward(standardNormal(flow.dim), invert(flow), params as Params<ParamShapes>);
  return {
    ...bothDirectionsOf(flow)(inputs),
    ...(given.logProb ? { logProb: model().logProb(z as Tensor2D) } : {}),
  };
};

/**
 * Of max(1, |value|): 42 roundings of float32. At most 12 are left here by sums of up to 72 products in up to 21
 * convolutions; other processors add in another order. A parameter that is off by 0.01 moves some number by 1e-4.
 */
const TOLERANCE = 5e-6;

function violations(given: PictureCase, found: Readonly<Record<string, Float32Array>>) {
  const expected = {
    y: given.noise,
    logDet: given.logDet,
    inverse: given.picture,
    inverseLogDet: given.pictureLogDet,
    ...(given.logProb ? { logProb: given.logProb } : {}),
  };
  return Object.entries(expected).flatMap(([name, values]) => differences(name, found[name]!, values, TOLERANCE));
}

const rows = cases.map((given) => [given.name, given, flowOf(given)] as const);

describe.each(rows)('%s', (_, given, flow) => {
  const inputs = inputsOf(given, flow);

  it('has the parameters of the reference', () => {
    expect(new Set(Object.keys(given.params))).toEqual(new Set(Object.keys(flow.paramShapes)));
  });

  it('eager', () => {
    expect(violations(given, eager(questions(given, flow), inputs))).toEqual([]);
  });

  it('compiled', async () => {
    expect(violations(given, await compiled(questions(given, flow), inputs))).toEqual([]);
  });

  const names = Object.keys(given.params);
  if (names.length === 0) return;

  it('has numbers that depend on each parameter', () => {
    const unseen = names.filter((name) => {
      const { shape, values } = inputs[name]!;
      const moved = shaped(
        values.map((value) => value + 0.01),
        shape,
      );
      return violations(given, eager(questions(given, flow), { ...inputs, [name]: moved })).length === 0;
    });
    expect(unseen).toEqual([]);
  });
});

it('channelMix and glow draw the permutations of the reference', () => {
  for (const { folds, order } of orders)
    expect([folds, [...drawPermutation(fold(key, ...folds), order.length)]]).toEqual([folds, order]);
});
