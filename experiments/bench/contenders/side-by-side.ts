// Arrays that share a buffer, as a model's gradients do.
import type { Arrays, Graph } from 'flowvae';

/** Elements of a tensor. */
export const elements = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** An array for each output of a graph, one after the other in one buffer. */
export function sideBySide({ outputs }: Graph): Arrays {
  const sizes = outputs.map(({ value }) => elements(value.shape));
  const buffer = new Float32Array(sizes.reduce((a, b) => a + b, 0));
  const arrays: Record<string, Float32Array> = {};
  let offset = 0;
  for (const [i, { name }] of outputs.entries()) {
    arrays[name] = buffer.subarray(offset, offset + sizes[i]!);
    offset += sizes[i]!;
  }
  return arrays;
}
