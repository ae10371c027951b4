// Which of ONNX's two operators a convolution and the gradient for its input become; the kernel cases compare the
// numbers.
import { traceGraph } from '@flowvae/compiler';
import { type Tensor4D, tf } from '@flowvae/tensor';
import { describe, expect, it } from 'vitest';

interface Form {
  readonly from: number;
  readonly to: number;
  readonly window?: number;
  readonly strides?: number;
  readonly pad?: 'same' | number;
}

/** The operators of a convolution, and of the gradient for its input alone. */
function operatorsOf({ from, to, window = 3, strides = 1, pad = 'same' }: Form): { forward: string[]; back: string[] } {
  const shapes = { x: [1, 6, 6, from], filter: [window, window, from, to] };
  const of = (x: unknown, filter: unknown) => tf.conv2d(x as Tensor4D, filter as Tensor4D, strides, pad);
  const used = (fn: Parameters<typeof traceGraph>[0]) =>
    traceGraph(fn, shapes)
      .nodes.map(({ operator }) => operator)
      .filter((operator) => operator.startsWith('Conv'));
  return {
    forward: used(({ x, filter }) => ({ y: of(x, filter) })),
    back: used(({ x, filter }) => ({ dx: tf.grad((given) => tf.sum(of(given, filter)))(x!) })),
  };
}

describe('a convolution', () => {
  it.each([
    ['reads windows for more than a quarter of outputs', { from: 8, to: 3 }, 'Conv'],
    ['spreads for a quarter of outputs', { from: 8, to: 2 }, 'ConvTranspose'],
    ['reads windows of one element', { from: 8, to: 2, window: 1 }, 'Conv'],
    ['reads windows with strides', { from: 8, to: 2, strides: 2 }, 'Conv'],
    ['reads windows behind a padding wider than they are', { from: 8, to: 2, pad: 3 }, 'Conv'],
  ] as const)('%s', (_, form, operator) => {
    expect(operatorsOf(form).forward).toEqual([operator]);
  });
});

describe('the gradient for the input of a convolution', () => {
  it.each([
    ['reads windows over as many outputs', { from: 4, to: 4 }, 'Conv'],
    ['spreads over twice as many outputs', { from: 4, to: 8 }, 'ConvTranspose'],
    ['spreads with strides', { from: 4, to: 4, strides: 2 }, 'ConvTranspose'],
    ['spreads from a padding wider than the windows', { from: 4, to: 4, pad: 3 }, 'ConvTranspose'],
  ] as const)('%s', (_, form, operator) => {
    expect(operatorsOf(form).back).toEqual([operator]);
  });
});
