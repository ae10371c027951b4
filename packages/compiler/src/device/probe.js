// @ts-check
// Runs one graph on the device and prints its name as JSON; ends with an error where none is usable. A program of its
// own, because a driver may end the process.
import { createRequire } from 'node:module';
import { devices } from './vulkan-devices.js';

const { InferenceSession, Tensor } = createRequire(import.meta.url)('onnxruntime-node');

// ONNX, IR version 8, operator set 17: y [1] = Relu(x [1])
const model = Buffer.from(
  'CAgSB2Zsb3d2YWU6QwoXCgF4EgF5GgdSZWx1ICMwIgRSZWx1OgASBnRyYWNlZFoPCgF4EgoKCAgBEgQKAggBYg8KAXkSCgoICAESBAoCCAFCBAoAEBE=',
  'base64',
);
const session = await InferenceSession.create(model, { executionProviders: ['webgpu'], logSeverityLevel: 3 });
const { y } = await session.run({ x: new Tensor('float32', Float32Array.of(2), [1]) });
if (y.data[0] !== 2) throw new Error(`Error: the device computed ${y.data[0]} for 2`);
process.stdout.write(JSON.stringify({ name: (await devices()).join('; ') || `unknown (${process.platform})` }));
