// Kernels that other packages declare: one node each, unknown to every ONNX runtime. Only graphs that run here may hold
// them; see stages/.
import { declaredKernels, type KernelDescriptor } from '@flowvae/tensor';
import { type Lowering, required } from './lowering.ts';

/** The lowering of a declared kernel; undefined if no package declared a kernel of this name. */
export function declaredLowering(name: string): Lowering<unknown> | undefined {
  const descriptor = declaredKernels().get(name);
  return descriptor && loweringOf(descriptor);
}

const loweringOf =
  ({ name, inputs, sizes, outputs }: KernelDescriptor): Lowering<unknown> =>
  (builder, given) => {
    const values = inputs.map((input) => required(given, input));
    const shapes = Object.fromEntries(inputs.map((input, i) => [input, values[i]!.shape]));
    return builder.nodes(name, values, outputs(shapes), {
      type: 'float32',
      domain: 'flowvae',
      attributes: { ...sizes(shapes) },
    });
  };
