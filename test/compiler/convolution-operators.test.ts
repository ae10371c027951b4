// Which of ONNX's two operators a convolution and the gradient for its input become; the kernel cases compare the
// numbers.
import { traceGraph } from '@flowvae/compiler';
import { type Tensor, type Tensor4D, tf } from '@flowvae/tensor';
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

describe('the gradient for the filter of a convolution', () => {
  /** The operators that multiply, of pictures with so many rows and columns. */
  const operators = (size: number, window: number, strides = 1) =>
    traceGraph(
      ({ x, filter }) => ({
        dw: tf.grad((given) => tf.sum(tf.conv2d(x as Tensor4D, given as Tensor4D, strides, 'same')))(filter!),
      }),
      { x: [2, size, size, 4], filter: [window, window, 4, 4] },
    )
      .nodes.map(({ operator }) => operator)
      .filter((operator) => /^Conv|MatMul|Gemm/.test(operator));

  it('is a product for windows of one element in large pictures, and else a convolution', () => {
    expect(operators(12, 1)).toEqual(['FusedMatMul']);
    expect(operators(11, 1)).toEqual(['Conv']);
    expect(operators(12, 3)).toEqual(['Conv']);
    expect(operators(24, 1, 2)).toEqual(['Conv']);
  });
});

describe('the gradient of the bias of a convolution', () => {
  it('is a sum that leaves the channels where convolutions have them', () => {
    const of = ({ y, bias }: Readonly<Record<string, Tensor>>) => ({
      db: tf.grad((given) => tf.sum(tf.square(tf.add(y!, given))))(bias!),
    });
    const operators = (y: number[]) => traceGraph(of, { y, bias: [4] }).nodes.map(({ operator }) => operator);
    expect(operators([2, 6, 6, 4])).toContain('ReduceSum');
    expect(operators([2, 6, 6, 4])).not.toContain('Gemm');
    expect(operators([12, 4])).toContain('Gemm');
  });
});
