// A planar chain without a VAE around it: forward and backward pass, parameters per row.
import { compile, drawNormal, fold, key, planar, type Tensor, type Tensor2D, tf } from 'flowvae';
import { shape } from '../setting.ts';

/** The pass on some rows of a batch. */
export interface FlowPass {
  run(): Promise<void>;
  dispose(): Promise<void>;
}

/** Σ y + Σ log-det and its gradients for z and all parameters, written into arrays that are kept. */
export async function flowPass(layers: number, rows: number, threads: number): Promise<FlowPass> {
  const flow = planar(shape.latent, layers);
  const sizes = Object.entries({ z: [shape.latent], ...flow.paramShapes });
  const shapes = Object.fromEntries(sizes.map(([name, size]) => [name, [rows, ...size]]));
  const sumOf = (inputs: Readonly<Record<string, Tensor>>) => {
    const { w, u, b, z } = inputs as Record<'w' | 'u' | 'b' | 'z', Tensor>;
    const { y, logDet } = flow.forward({ w, u, b }, z as Tensor2D);
    return tf.add(tf.sum(y), tf.sum(logDet));
  };
  const names = Object.keys(shapes);
  const compiled = compile(
    (inputs) => {
      const gradientsOf = tf.valueAndGrads((...tensors: Tensor[]) =>
        sumOf(Object.fromEntries(tensors.map((tensor, i) => [names[i]!, tensor]))),
      );
      const { value, grads } = gradientsOf(names.map((name) => inputs[name]!));
      return { value, ...Object.fromEntries(grads.map((gradient, i) => [`gradient:${names[i]}`, gradient])) };
    },
    { threads, inPlace: true },
  );
  const executable = await compiled.specialise(shapes);
  const count = (size: readonly number[]) => size.reduce((a, b) => a * b, 1);
  const values = Object.fromEntries(
    Object.entries(shapes).map(([name, size]) => {
      const scale = name === 'z' ? 1 : 1 / Math.sqrt(shape.latent);
      return [name, drawNormal(fold(key(0), name), count(size)).map((value) => scale * value)];
    }),
  );
  const gradients = Object.entries(shapes).map(([name, size]) => [`gradient:${name}`, new Float32Array(count(size))]);
  const into = { value: new Float32Array(1), ...Object.fromEntries(gradients) };
  return { run: async () => void (await executable.run(values, into)), dispose: () => compiled.dispose() };
}
