// Flows one after the other: a chain computes the same as its links by hand, forwards and backwards.
import { chain, type Flow, free, type InvertibleFlow, type ParamShapes, planar } from '@flowvae/flows';
import { key } from '@flowvae/random';
import { type Tensor2D, tf } from '@flowvae/tensor';
import { describe, expect, it } from 'vitest';
import { differences } from '../laws/comparison.ts';
import { eager, type Inputs, shaped, type Tensors } from '../laws/evaluation.ts';
import { drawInputs, forwardOf, paramsOf } from '../laws/flow-inputs.ts';

const [first, second]: readonly [InvertibleFlow, InvertibleFlow] = [planar(4, 3), planar(4, 2)];
const chained = chain([first, second]);
const inputs = drawInputs(chained, { batch: 5, scale: 0.7 });
const linkParams = (params: Tensors, link: number): Record<string, Tensors[string]> => ({
  w: params[`${link}.w`]!,
  u: params[`${link}.u`]!,
  b: params[`${link}.b`]!,
});

/** The chain's pieces applied one by one. */
function byHand({ z, ...params }: Tensors) {
  const once = first.forward(linkParams(params, 0), z as Tensor2D);
  const twice = second.forward(linkParams(params, 1), once.y);
  return { y: twice.y, logDet: tf.add(once.logDet, twice.logDet) };
}

describe('chain of planar*3 and planar*2', () => {
  it('names itself and its parameters by its links', () => {
    expect(chained).toMatchObject({ name: 'planar*3-planar*2', dim: 4 });
    expect(chained.paramShapes).toEqual({
      '0.w': [3, 4],
      '0.u': [3, 4],
      '0.b': [3],
      '1.w': [2, 4],
      '1.u': [2, 4],
      '1.b': [2],
    });
  });

  it('applies the first link first, and adds the log-dets', () => {
    const expected = eager(byHand, inputs);
    const actual = eager(forwardOf(chained), inputs);
    expect(actual.y).toEqual(expected.y);
    expect(actual.logDet).toEqual(expected.logDet);
    const swapped = eager(forwardOf(chain([second, first])), exchanged(inputs));
    expect(differences('y', swapped.y!, expected.y!, 1e-3)).not.toEqual([]);
  });

  it('is one flow of five layers', () => {
    const five: InvertibleFlow = planar(4, 5);
    const joined = Object.keys(five.paramShapes).map((name) => {
      const parts = [0, 1].map((link) => inputs[`${link}.${name}`]!);
      const size = (part: Inputs[string]) => part.values.length / 5;
      const rows = Array.from({ length: 5 }, (_, row) =>
        parts.flatMap((part) => Array.from(part.values.subarray(row * size(part), (row + 1) * size(part)))),
      );
      return [name, shaped(rows.flat(), [5, ...five.paramShapes[name]!])] as const;
    });
    const expected = eager(forwardOf(chained), inputs);
    const actual = eager(forwardOf(five), { z: inputs.z!, ...Object.fromEntries(joined) });
    expect(differences('y', actual.y!, expected.y!, 1e-6)).toEqual([]);
    expect(differences('logDet', actual.logDet!, expected.logDet!, 1e-6)).toEqual([]);
  });

  it('inverts the links in reverse order', () => {
    const inverse = ({ y, ...params }: Tensors) => chained.inverse(params, y as Tensor2D) as unknown as Tensors;
    const reversed = ({ y, ...params }: Tensors) => {
      const once = second.inverse(linkParams(params, 1), y as Tensor2D);
      const twice = first.inverse(linkParams(params, 0), once.z);
      return { z: twice.z, logDet: tf.add(once.logDet, twice.logDet) };
    };
    const given = { y: inputs.z!, ...paramsOf(inputs) };
    expect(eager(inverse, given)).toEqual(eager(reversed, given));
  });

  it('starts each link from a key of its own', () => {
    const twins = chain([planar(4), planar(4)]).initialParams(key(1));
    expect(twins['0.w']).not.toEqual(twins['1.w']);
    const source = free(chained.paramShapes, chained.initialParams(key(1)));
    expect(Object.keys(source.variables)).toEqual(Object.keys(chained.paramShapes));
    tf.dispose({ ...source.variables });
  });
});

describe('a chain with a link that has no inverse', () => {
  const { inverse: _, ...forwardOnly } = first;
  const flow: Flow<ParamShapes> = chain([first, forwardOnly]);

  it('has none, in its type and in its value', () => {
    expect('inverse' in flow).toBe(false);
    // @ts-expect-error: a Flow has no inverse
    expect(flow.inverse).toBeUndefined();
    expect('inverse' in chained).toBe(true);
  });

  it('goes forward all the same', () => {
    const drawn = drawInputs(flow, { scale: 0.5 });
    expect(eager(forwardOf(flow), drawn)).toEqual(eager(forwardOf(chain([first, first])), drawn));
  });
});

it.each([
  ['no flow', [], 'none'],
  ['two dimensions', [planar(2), planar(3)], 'dimensions 2, 3'],
])('%s cannot be chained', (_, flows, received) => {
  expect(() => chain(flows)).toThrowError(`chain: expected one or more flows of one dimension, got ${received}`);
});

/** The same parameters under exchanged links. */
function exchanged({ z, ...params }: Inputs): Inputs {
  const swap = (name: string) => name.replace(/^[01]/, (link) => (link === '0' ? '1' : '0'));
  return { z: z!, ...Object.fromEntries(Object.entries(params).map(([name, value]) => [swap(name), value])) };
}
