// A page in pixels.
import { createCanvas } from '@napi-rs/canvas';
import { fillPaper, inEnglish, type Page, type PageForm } from './page.ts';

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
    drawPart(part, paint) {
      const own = createCanvas(part.width, part.height); // Chart.js enlarges it
      paint({ context: inEnglish(own.getContext('2d')), pixelRatio });
      context.drawImage(own, part.x * pixelRatio, part.y * pixelRatio);
    },
    close: () => canvas.toBuffer('image/png'),
  };
}
