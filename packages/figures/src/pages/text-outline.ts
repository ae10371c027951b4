// Letters as a path.
import { createCanvas, Path2D, type SKRSContext2D, SvgExportFlag } from '@napi-rs/canvas';
import { inEnglish } from './page.ts';

/** A path, and the point in it that stands for the text's place. */
export interface TextOutline {
  readonly path: Path2D;
  readonly origin: number;
}

/** The outline of a text in the font and alignment of a context. */
export function textOutline(context: SKRSContext2D, text: string): TextOutline {
  const { font, textAlign, textBaseline } = context;
  const { width, fontBoundingBoxAscent: up, fontBoundingBoxDescent: down } = context.measureText(text);
  const origin = Math.ceil(width + up + down); // letters outside of the canvas would be left out
  const canvas = createCanvas(2 * origin, 2 * origin, SvgExportFlag.ConvertTextToPaths);
  const own = inEnglish(canvas.getContext('2d') as SKRSContext2D);
  Object.assign(own, { font, textAlign, textBaseline });
  own.fillText(text, origin, origin);
  const paths = [
    ...canvas
      .getContent()
      .toString('utf8')
      .matchAll(/ d="([^"]*)"/g),
  ].map(([, data]) => data);
  return { path: new Path2D(paths.join(' ')), origin };
}
