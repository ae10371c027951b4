// The model that the room Train trains.
import { parseFlow } from '@flowvae/flows';
import { fold, key } from '@flowvae/random';
import { type MlpVae, mlpVae } from '@flowvae/vae';
import type { TrainSettings } from './training-messages.ts';

/** The model of settings; the keys are those of the command, so that a seed gives the command's first weights. */
export function modelOf(
  { flow, latent, hidden, seed }: TrainSettings,
  pixels: number,
  meanImage: Float32Array,
): MlpVae {
  return mlpVae({
    pixels,
    latent,
    hidden,
    activation: 'relu',
    meanImage,
    ...(flow === 'none' ? {} : { flow: parseFlow(flow, latent, { contextWidth: hidden.at(-1)! }) }),
    key: fold(key(seed), 'model'),
  });
}

/** Mean intensity of each pixel, from 0 to 1. */
export function meanOf(images: Uint8Array, pixels: number): Float32Array {
  const [sums, count] = [new Float64Array(pixels), images.length / pixels];
  images.forEach((byte, i) => {
    sums[i % pixels]! += byte;
  });
  return Float32Array.from(sums, (sum) => sum / count / 255);
}
