// The floor: nothing but the matrix products of the step, on ONNX Runtime, each reduced to a number inside the graph.
import { compile, drawNormal, key, type Tensor2D, tf } from 'flowvae';
import { type Candidate, medianDuration } from '../measurement.ts';
import { type Setting, shape } from '../setting.ts';

/** Input and output widths of every dense layer. */
function denseLayers({ layers, hidden }: Setting): (readonly [from: number, to: number])[] {
  const { pixels, latent } = shape;
  const heads = layers === 0 ? [] : [layers * latent, layers * latent, layers];
  return [
    [pixels, hidden],
    [hidden, hidden],
    ...[latent, latent, ...heads].map((to) => [hidden, to] as const),
    [latent, hidden],
    [hidden, hidden],
    [hidden, pixels],
  ];
}

/** Multiplications and additions of all products of a step, 10⁹. */
export function productGigaflop(setting: Setting): number {
  const perLayer = denseLayers(setting).map(([from, to], i) => (i === 0 ? 2 : 3) * 2 * shape.batch * from * to);
  return perLayer.reduce((a, b) => a + b, 0) / 1e9;
}

/** Forward x·W, then the gradients dy·Wᵀ (not for the first layer, whose input needs none) and xᵀ·dy. */
export const bareProducts = (setting: Setting): Candidate => ({
  name: 'bare matrix products',
  async start() {
    const widths = denseLayers(setting);
    const shapes = Object.fromEntries(
      widths.flatMap(([from, to], i) => [
        [`x${i}`, [shape.batch, from]],
        [`w${i}`, [from, to]],
        [`dy${i}`, [shape.batch, to]],
      ]),
    );
    const products = compile(
      (inputs) => {
        const matrix = (name: string) => inputs[name] as Tensor2D;
        const results = widths.flatMap((_, i) => {
          const [x, w, dy] = [matrix(`x${i}`), matrix(`w${i}`), matrix(`dy${i}`)];
          const gradients = [tf.matMul(x, dy, true, false), ...(i === 0 ? [] : [tf.matMul(dy, w, false, true)])];
          return [tf.matMul(x, w), ...gradients];
        });
        return Object.fromEntries(results.map((result, i) => [`sum${i}`, tf.sum(result)]));
      },
      { threads: setting.threads },
    );
    const executable = await products.specialise(shapes);
    const arrays = Object.fromEntries(
      Object.entries(shapes).map(([name, size], i) => [name, drawNormal(key(i), size[0]! * size[1]!)]),
    );
    return {
      measure: (count) => medianDuration(async () => void (await executable.run(arrays)), count, 5),
      close: () => products.dispose(),
    };
  },
});
