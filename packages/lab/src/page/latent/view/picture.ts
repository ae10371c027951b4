// A picture of the data's shape on a canvas.
import { type ComponentChild, h } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { pictureSize } from '../math/own-picture.ts';

/** A picture. */
export interface PictureProps {
  /** Values in [0, 1], or bytes; absent: an empty place. */
  readonly values: Float32Array | Uint8Array | undefined;
  readonly shape: readonly number[];
  /** The title below; read out by screen readers too. */
  readonly title: string;
  /** Whether the title is shown. Default true. */
  readonly isTitled?: boolean;
}

/** One picture, as large as its place. */
export function Picture({ values, shape, title, isTitled = true }: PictureProps): ComponentChild {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [height, width, channels] = pictureSize(shape);
  useEffect(() => {
    const context = canvas.current!.getContext('2d')!;
    if (values) context.putImageData(imageOf(values, [height, width, channels]), 0, 0);
    else context.clearRect(0, 0, width, height);
  }, [values, height, width, channels]);
  const drawn = h('canvas', { ref: canvas, width, height, role: 'img', 'aria-label': title });
  return h('figure', { class: 'picture' }, drawn, isTitled ? h('figcaption', null, title) : null);
}

function imageOf(
  values: Float32Array | Uint8Array,
  [height, width, channels]: readonly [number, number, number],
): ImageData {
  const scale = values instanceof Uint8Array ? 1 : 255;
  const image = new ImageData(width, height);
  const shade = (at: number) => Math.round(scale * Math.min(255 / scale, Math.max(0, values[at]!)));
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < 3; c++) image.data[4 * i + c] = shade(i * channels + (channels === 3 ? c : 0));
    image.data[4 * i + 3] = 255;
  }
  return image;
}
