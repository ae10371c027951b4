// Samples of both models, and reconstructions beside the test images.
import { imageGrid } from 'flowvae';
import type { JudgedModel } from './judged.ts';

/** Images in a row. */
export const COLUMNS = 12;

/** One picture of both models. */
export function comparisonFigure(glow: JudgedModel, vae: JudgedModel, title: string): Uint8Array {
  const [height, width] = glow.shape as readonly [number, number];
  const images = Math.min(COLUMNS, glow.originals.length / (height * width));
  const row = (values: Float32Array, place = 0) =>
    values.subarray(place * images * height * width, (place + 1) * images * height * width);
  const rows: readonly (readonly [label: string, values: Float32Array])[] = [
    ['test images', row(glow.originals)],
    ['Glow, decoded', row(glow.reconstruction.first)],
    ['VAE, decoded', row(vae.reconstruction.first)],
    ['Glow, draws', row(glow.draws)],
    ['', row(glow.draws, 1)],
    ['VAE, draws', row(vae.draws)],
    ['', row(vae.draws, 1)],
    ['VAE, means', row(vae.means)],
    ['', row(vae.means, 1)],
  ];
  const all = Float32Array.from(rows.flatMap(([, values]) => [...values]));
  return imageGrid({ images: all, height, width, columns: images, rowLabels: rows.map(([label]) => label), title });
}
