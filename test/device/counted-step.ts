// Runs a step of planar*K twice on the device with ONNX Runtime's log on: stdout gets the counted dispatches, stderr
// the started programs, after a line `again` those of the second run.
import { dispatchCount, loadRuntime } from '@flowvae/compiler';
import { elementCount } from '@flowvae/tensor';
import { adam, chainOptimizers, clipByGlobalNorm } from '@flowvae/training';
import { encodeModel } from '../../packages/compiler/src/graph/onnx-model.ts';
import { deviceStep } from '../../packages/training/src/device/device-step.ts';
import { stepCase } from './step-cases.ts';

const { problem, variables } = stepCase(`planar*${process.argv[2]}`);
const update = chainOptimizers(clipByGlobalNorm(10), adam(1e-3)).updateAt({ step: 0 });
const { graph } = deviceStep({ ...problem, variables, threads: 1, slots: 2 }, update);
const runtime = await loadRuntime();
if (typeof runtime === 'string') throw new Error(runtime);
const { InferenceSession, Tensor } = runtime;
const options = { executionProviders: ['webgpu'], logSeverityLevel: 0 } as const;
const session = await InferenceSession.create(encodeModel(graph), options);
const feeds = Object.fromEntries(
  graph.inputs.map(({ name, value: { shape } }) => [
    name,
    new Tensor('float32', new Float32Array(elementCount(shape)).fill(0.1), shape),
  ]),
);
await session.run(feeds);
process.stderr.write('again\n');
await session.run(feeds);
process.stdout.write(JSON.stringify(dispatchCount(graph)));
