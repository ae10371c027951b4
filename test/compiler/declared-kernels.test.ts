// Kernels that a package declares: the compiler knows none of them by name.
import { compile, type Traceable } from '@flowvae/compiler';
import { planar } from '@flowvae/flows';
import { callKernel, declareKernels, type KernelDescriptor, type Tensor2D, tf } from '@flowvae/tensor';
import { expect, it } from 'vitest';

/**
 * (module (import "env" "memory" (memory 1))
 *   (func (export "heapBase") (result i32) (i32.const 64))
 *   (func (export "doubled") (param $x i32) (param $y i32) (param $n i32) …)) which writes 2·x[i] into y[i] for i below
 *   n
 */
const MODULE =
  'AGFzbQEAAAABCwJgAAF/YAN/f38AAg8BA2VudgZtZW1vcnkCAAEDAwIAAQcWAghoZWFwQmFzZQAAB2RvdWJsZWQAAQo8AgUAQcAACzQAA0AgAkEASgRAIAFD' +
  'AAAAQCAAKgIAlDgCACAAQQRqIQAgAUEEaiEBIAJBAWshAgwBCwsL';

const doubled: KernelDescriptor = {
  name: 'TestDoubled',
  inputs: ['x'],
  sizes: ({ x }) => ({ n: x!.reduce((a, b) => a * b, 1) }),
  outputs: ({ x }) => [x!],
  wasm: { module: { name: 'doubled.wasm', bytes: () => Buffer.from(MODULE, 'base64') }, export: 'doubled' },
};

it('a kernel that is declared after the compiler was loaded runs between operators of ONNX Runtime', async () => {
  declareKernels(doubled);
  const fn: Traceable = ({ x }) => ({ y: tf.add(callKernel('TestDoubled', { x: tf.mul(x!, 3) })[0]!, 1) });
  const compiled = compile(fn);
  const { y } = await (await compiled.specialise({ x: [2, 3] })).run({ x: Float32Array.of(1, 2, 3, 4, 5, 6) });
  expect([...y!]).toEqual([7, 13, 19, 25, 31, 37]);
  await compiled.dispose();
});

it('kernels of two modules in one graph are refused, with both names', async () => {
  declareKernels(doubled);
  const flow = planar(3, 2);
  const fn: Traceable = ({ z, w, u, b }) => {
    const { y } = flow.forward({ w, u, b } as never, z as Tensor2D);
    return { y: callKernel('TestDoubled', { x: y })[0]! };
  };
  const compiled = compile(fn);
  const shapes = { z: [4, 3], w: [4, 2, 3], u: [4, 2, 3], b: [4, 2] };
  await expect(compiled.specialise(shapes)).rejects.toThrow(
    /kernels of one graph: expected one module, flows\.wasm, got TestDoubled of doubled\.wasm/,
  );
});
