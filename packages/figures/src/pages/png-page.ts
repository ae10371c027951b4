// A page in pixels.
import { createCanvas } from '@napi-rs/canvas';
import { fillPaper, inEnglish, type Page, type PageForm } from './page.ts';
import { drawWithin, partContext } from './part-context.ts';

export function pngPage({ width, height, pixelRatio = 2 }: PageForm): Page {
  const canvas = createCanvas(Math.round(width * pixelRatio), Math.round(height * pixelRatio));
  const context = inEnglish(canvas.getContext('2d'));
  fillPaper(context, canvas);
  return {
    draw(paint) {
      context.save();
      context.scale(pixelRatio, pixelRatio);
      paint(context);
      context.restore();
    },
    drawPart({ x, y, width, height }, paint) {
      const part = { x: x * pixelRatio, y: y * pixelRatio, width: width * pixelRatio, height: height * pixelRatio };
      drawWithin(context, part, () => paint({ context: partContext(context, { ...part, width, height }), pixelRatio }));
    },
    close: () => canvas.toBuffer('image/png'),
  };
}
