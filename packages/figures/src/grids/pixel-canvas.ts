// Pixels as an image that every kind of page takes.
import { type Canvas, createCanvas, ImageData } from '@napi-rs/canvas';

/** A canvas of RGBA bytes. */
export function pixelCanvas(pixels: Uint8ClampedArray, width: number, height: number): Canvas {
  const canvas = createCanvas(width, height);
  canvas.getContext('2d').putImageData(new ImageData(pixels, width, height), 0, 0);
  return canvas;
}
