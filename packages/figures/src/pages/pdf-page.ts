// A page as a PDF document of one page, a point for each layout pixel. The document holds no date and no id.
import { PDFDocument, type SKRSContext2D } from '@napi-rs/canvas';
import { fillPaper, inEnglish, type Page, type PageForm } from './page.ts';
import { pageContext, partContext } from './pdf-context.ts';

export function pdfPage({ width, height }: PageForm): Page {
  const document = new PDFDocument();
  const context = inEnglish(document.beginPage(width, height) as unknown as SKRSContext2D);
  fillPaper(context, { width, height });
  const apart = (paint: () => void) => {
    context.save();
    paint();
    context.restore();
  };
  return {
    draw: (paint) => apart(() => paint(pageContext(context))),
    drawPart: (part, paint) =>
      apart(() => {
        context.beginPath();
        context.rect(part.x, part.y, part.width, part.height);
        context.clip();
        context.translate(part.x, part.y);
        paint({ context: partContext(context, part), pixelRatio: 1 });
      }),
    close() {
      document.endPage();
      return document.close();
    },
  };
}
