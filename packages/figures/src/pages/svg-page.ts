// A page as an SVG document.
import { createCanvas, type SKRSContext2D, SvgExportFlag } from '@napi-rs/canvas';
import { fillPaper, inEnglish, type Page, type PageForm, type PagePart } from './page.ts';
import { nestSvg, type SvgPart, withOwnIds } from './svg-nesting.ts';

/** Every part is a document inside of the page's; one that fills the page is the page. */
export function svgPage({ width, height, hasSquarePixels = false }: PageForm): Page {
  const whole: PagePart = { x: 0, y: 0, width, height };
  const parts: (SvgPart & PagePart)[] = [];
  const add = (part: PagePart, paint: (context: SKRSContext2D) => void) => {
    const canvas = createCanvas(Math.round(part.width), Math.round(part.height), SvgExportFlag.ConvertTextToPaths);
    paint(inEnglish(canvas.getContext('2d') as SKRSContext2D));
    parts.push({ ...part, svg: canvas.getContent().toString('utf8') });
  };
  const document = () => {
    const [first, ...others] = parts;
    const isWhole = first && others.length === 0 && first.width === width && first.height === height;
    return isWhole ? withOwnIds(first.svg, 'chart-') : nestSvg(parts, width, height);
  };
  return {
    draw: (paint) =>
      add(whole, (context) => {
        if (parts.length === 0) fillPaper(context, whole);
        paint(context);
      }),
    drawPart: (part, paint) => add(part, (context) => paint({ context, pixelRatio: 1 })),
    close: () => new TextEncoder().encode(hasSquarePixels ? withSquarePixels(document()) : document()),
  };
}

/** The canvas names no way to enlarge images, and viewers smooth them by default. */
const withSquarePixels = (svg: string) => svg.replaceAll('<image ', '<image image-rendering="pixelated" ');
