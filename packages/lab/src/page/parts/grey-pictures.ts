// Grey pictures in a grid, and points of classes in a plane.
import { colour, type Surface, seriesNames } from './canvas.ts';

/** Pictures of values from 0 to 1, [count, height·width]. */
export interface GreyPictures {
  readonly values: Float32Array;
  readonly height: number;
  readonly width: number;
}

/** Draws pictures row by row into a square grid, ink on paper in both colour schemes. */
export function drawGrid({ context, width }: Surface, { values, height, width: w }: GreyPictures): void {
  const pixels = height * w;
  const count = values.length / pixels;
  const side = Math.ceil(Math.sqrt(count));
  const image = new ImageData(side * w, Math.ceil(count / side) * height);
  for (let i = 0; i < values.length; i++) {
    const [picture, pixel] = [Math.floor(i / pixels), i % pixels];
    const x = (picture % side) * w + (pixel % w);
    const y = Math.floor(picture / side) * height + Math.floor(pixel / w);
    const at = 4 * (y * image.width + x);
    image.data.fill(Math.round(255 * values[i]!), at, at + 3);
    image.data[at + 3] = 255;
  }
  const hidden = new OffscreenCanvas(image.width, image.height);
  hidden.getContext('2d')!.putImageData(image, 0, 0);
  context.imageSmoothingEnabled = false;
  context.drawImage(hidden, 0, 0, width, (width * image.height) / image.width);
}

/** Points [count, 2] with the words of their classes, which say the same as the colours. */
export function drawPoints(
  { context, width, height }: Surface,
  points: Float32Array,
  labels: Uint8Array | undefined,
): void {
  const most = points.reduce((largest, x) => Math.max(largest, Math.abs(x)), 1e-6) * 1.05;
  context.font = 'bold 11px system-ui, sans-serif';
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  const colours = seriesNames.map(colour);
  for (let i = 0; 2 * i < points.length; i++) {
    const [x, y] = [(points[2 * i]! / most + 1) / 2, (1 - points[2 * i + 1]! / most) / 2];
    const label = labels?.[i];
    context.fillStyle = colours[(label ?? 0) % colours.length]!;
    if (label === undefined) context.fillRect(x * width - 2, y * height - 2, 4, 4);
    else context.fillText(String(label), x * width, y * height);
  }
}
