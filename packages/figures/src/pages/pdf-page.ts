// A page as a PDF document of one page, a point for each layout pixel. The document holds no date and no id.
import { PDFDocument, type SKRSContext2D } from '@napi-rs/canvas';
import { fillPaper, inEnglish, type Page, type PageForm } from './page.ts';
import { drawWithin, partContext } from './part-context.ts';
import { pageContext } from './pdf-context.ts';

export function pdfPage({ width, height }: PageForm): Page {
  const document = new PDFDocument();
  const context = inEnglish(document.beginPage(width, height) as unknown as SKRSContext2D);
  fillPaper(context, { width, height });
  return {
    draw: (paint) => drawWithin(context, { x: 0, y: 0, width, height }, () => paint(pageContext(context))),
    drawPart: (part, paint) =>
      drawWithin(context, part, () => paint({ context: partContext(pageContext(context), part), pixelRatio: 1 })),
    close() {
      document.endPage();
      return document.close();
    },
  };
}
