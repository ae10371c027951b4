// One memory for all threads, in the form that ONNX Runtime takes.
import { sessionRecipe, sharedViews, traceGraph } from '@flowvae/compiler';
import { tf } from '@flowvae/tensor';
import { expect, it } from 'vitest';

it('ONNX Runtime reads and writes shared memory through a view, and refuses it without one', async () => {
  const view = await sharedViews();
  if (!view)
    throw new Error('no view of shared memory on this platform, so threads would share operators instead of rows');
  const graph = traceGraph(({ x }) => ({ y: tf.mul(x!, 3) }), { x: [2] });
  const recipe = sessionRecipe(graph, { threads: 1 });
  const { InferenceSession, Tensor } = await import(recipe.runtime);
  const [stage] = recipe.stages;
  if (!stage || !('model' in stage)) throw new Error('expected one stage for ONNX Runtime');
  const session = await InferenceSession.create(stage.model);
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
  const shared = new Float32Array(memory.buffer, 16, 4);
  shared.set([5, 7]);
  const refused = { x: new Tensor('float32', shared.subarray(0, 2), [2]) };
  await expect(session.run(refused)).rejects.toThrow('Invalid argument');
  const seen = new Float32Array(view(memory.buffer as unknown as SharedArrayBuffer), 16, 4);
  const y = new Tensor('float32', seen.subarray(2), [2]);
  await session.run({ x: new Tensor('float32', seen.subarray(0, 2), [2]) }, { [recipe.outputs[0]!.key]: y });
  expect([...shared]).toEqual([5, 7, 15, 21]);
});
