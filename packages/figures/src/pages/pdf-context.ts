// The context of a PDF page, made to draw as that of a canvas does.
import { type Canvas, createCanvas, type SKRSContext2D } from '@napi-rs/canvas';
import { withOwn } from './part-context.ts';
import { textOutline } from './text-outline.ts';

/** The context of a whole page. */
export const pageContext = (page: SKRSContext2D): SKRSContext2D =>
  withOwn(page, { drawImage: smoothImages(page), strokeText: outlinedText(page) });

/** Pixels of an enlarged image for one layout pixel. */
const IMAGE_RATIO = 2;

/** Enlarges images here, as a canvas does: viewers of PDF files show pixels as they are, most of them as squares. */
const smoothImages =
  (page: SKRSContext2D) =>
  (image: Canvas, ...[x, y, width = image.width, height = image.height]: readonly number[]): void => {
    const isEnlarged = width > image.width || height > image.height;
    page.drawImage(isEnlarged ? enlarged(image, width, height) : image, x!, y!, width, height);
  };

function enlarged(image: Canvas, width: number, height: number): Canvas {
  const canvas = createCanvas(Math.ceil(width * IMAGE_RATIO), Math.ceil(height * IMAGE_RATIO));
  canvas.getContext('2d').drawImage(image, 0, 0, canvas.width, canvas.height);
  return canvas;
}

/** Strokes letters as paths: the PDF would have a font of type 3 for them, which many publishers refuse. */
const outlinedText =
  (page: SKRSContext2D) =>
  (text: string, x: number, y: number): void => {
    const { path, origin } = textOutline(page, text);
    page.save();
    page.translate(x - origin, y - origin);
    page.stroke(path);
    page.restore();
  };
