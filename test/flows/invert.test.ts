// A flow turned round: the same numbers in the other direction, and a type that refuses flows without an inverse.
import { type Flow, invert, parseInvertibleFlow, planar } from '@flowvae/flows';
import { expect, it } from 'vitest';
import { eager, type Tensors } from '../laws/evaluation.ts';
import { drawInputs, forwardOf } from '../laws/flow-inputs.ts';

const flow = planar(3, 2);
const inputs = drawInputs(flow, { scale: 0.5 });

it('invert exchanges the directions', () => {
  const inverse = ({ z, ...params }: Tensors) => {
    const { z: y, logDet } = flow.inverse(params as never, z as never);
    return { y, logDet };
  };
  expect(eager(forwardOf(invert(flow)), inputs)).toEqual(eager(inverse, inputs));
  expect(eager(forwardOf(invert(invert(flow))), inputs)).toEqual(eager(forwardOf(flow), inputs));
});

it('invert does not compile for a flow without inverse', () => {
  const { inverse: _, ...forwardOnly } = flow;
  const given: Flow<typeof flow.paramShapes> = forwardOnly;
  // @ts-expect-error: a Flow has no inverse
  expect(() => invert(given).forward({} as never, {} as never)).toThrow(TypeError);
});

it('parseInvertibleFlow parses formulas for places that need an inverse', () => {
  expect(parseInvertibleFlow('planar*2', 3).paramShapes).toEqual(flow.paramShapes);
});
