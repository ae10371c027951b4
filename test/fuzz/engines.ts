// The ways by which a program can reach ONNX Runtime.
import { compile, loadRuntime } from '@flowvae/compiler';
import { type Tensor, tf } from '@flowvae/tensor';
import type { OutputArray } from '../../packages/compiler/src/sessions/executable.ts';
import { inputsOf, nameOf, type Program, runLines } from './random-program.ts';

type Numbers = Record<string, ArrayLike<number>>;

const shapesOf = ({ shapes }: Program) => Object.fromEntries(shapes.map((shape, i) => [nameOf(i), shape]));

const traced = (program: Program) => (given: Readonly<Record<string, Tensor>>) =>
  runLines(
    program,
    program.shapes.map((_, i) => given[nameOf(i)]!),
  );

const feedsOf = (program: Program) => Object.fromEntries(inputsOf(program).map((values, i) => [nameOf(i), values]));

/** Traced as one graph, in a session of our own making. */
async function compiled(program: Program): Promise<Numbers> {
  const whole = compile(traced(program));
  try {
    const executable = await whole.specialise(shapesOf(program));
    return await executable.run<OutputArray>(feedsOf(program));
  } finally {
    await whole.dispose();
  }
}

/** Unmodified code on the backend, kernel by kernel or in the backend's own pieces. */
async function backend(program: Program): Promise<Numbers> {
  const before = tf.getBackend();
  await tf.setBackend('onnxruntime');
  try {
    return tf.tidy(() => {
      const inputs = inputsOf(program).map((values, i) => tf.tensor(values, [...program.shapes[i]!]));
      const outputs = Object.entries(runLines(program, inputs));
      return Object.fromEntries(outputs.map(([name, tensor]) => [name, tensor.dataSync().slice()]));
    });
  } finally {
    await tf.setBackend(before);
  }
}

/** As a file, in a session with ONNX Runtime's defaults, as a user would load it. */
async function exported(program: Program): Promise<Numbers> {
  const whole = compile(traced(program));
  const bytes = await whole.toOnnx(shapesOf(program));
  const runtime = await loadRuntime();
  if (typeof runtime === 'string') throw new Error(runtime);
  const session = await runtime.InferenceSession.create(bytes);
  const read = new Set(session.inputNames);
  const feeds = Object.entries(feedsOf(program))
    .filter(([name]) => read.has(name))
    .map(([name, values]) => [name, new runtime.Tensor(values, [...program.shapes[Number(name.slice(1))]!])]);
  const outputs = await session.run(Object.fromEntries(feeds));
  await session.release();
  return Object.fromEntries(Object.entries(outputs).map(([name, { data }]) => [name, data as ArrayLike<number>]));
}

/** Each way by its name. */
export const engines: Readonly<Record<string, (program: Program) => Promise<Numbers>>> = {
  compiled,
  backend,
  exported,
};
