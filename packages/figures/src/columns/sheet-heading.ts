// The head of a sheet of columns: title, one swatch a series, and notes, each cut into lines that fit.
import { type Swatch, swatchSide, type Word } from '../charts/chart-sheet.ts';
import { font, requireFont } from '../font.ts';
import type { FileOptions } from '../pages/formats.ts';
import { ink, mutedInk, seriesColor } from '../palette.ts';
import { shortened, textWidth, wrapped } from '../text.ts';
import type { ColumnFigureOptions } from './column-options.ts';

/** The sheet's margin in layout pixels. */
export const margin = 16;

const titleFont = font(17, 'bold');
const labelFont = font(12);
const noteFont = font(12);
const [titleLine, labelLine, noteLine] = [24, 22, 18];
const swatchGap = 6;

/** Words of a head, and the height that they need with the margin above. */
export interface SheetHeading {
  readonly words: readonly Word[];
  readonly swatches: readonly Swatch[];
  readonly height: number;
}

/** The sheet under a head, and its notes. */
interface HeadedSheet extends Pick<FileOptions, 'titles'> {
  readonly notes: readonly string[];
  /** Of the sheet. */
  readonly width: number;
}

/** Lays out the head of a sheet; without titles it has no notes either. */
export function sheetHeading(
  options: ColumnFigureOptions,
  { notes, width: sheetWidth, titles = true }: HeadedSheet,
): SheetHeading {
  requireFont(); // words are measured
  const width = sheetWidth - 2 * margin;
  const words: Word[] = [];
  let y = margin;
  for (const text of wrapped(titles ? options.title : '', { font: titleFont, width, lines: 3 })) {
    words.push({ text, x: margin, y: y + titleLine / 2, font: titleFont, color: ink });
    y += titleLine;
  }
  const legend = legendOf(options, y, width);
  y += legend.height;
  for (const text of (titles ? notes : []).flatMap((note) => wrapped(note, { font: noteFont, width, lines: 6 }))) {
    words.push({ text, x: margin, y: y + noteLine / 2, font: noteFont, color: mutedInk });
    y += noteLine;
  }
  return { words: [...words, ...legend.words], swatches: legend.swatches, height: y + 6 };
}

/** Entries beside each other, in as many lines as they need. */
function legendOf({ series, width: variables }: ColumnFigureOptions, top: number, width: number): SheetHeading {
  const words: Word[] = [];
  const swatches: Swatch[] = [];
  let [x, y] = [0, top + labelLine / 2];
  series.forEach(({ label, values }, i) => {
    const rows = values.length / variables;
    const text = shortened(label, labelFont, width - 160) + counted(rows);
    const needed = swatchSide + swatchGap + textWidth(text, labelFont);
    if (x > 0 && x + needed > width) [x, y] = [0, y + labelLine];
    swatches.push({ x: margin + x, y, color: seriesColor(i) });
    words.push({ text, x: margin + x + swatchSide + swatchGap, y, font: labelFont, color: ink });
    x += needed + 18;
  });
  return { words, swatches, height: y + labelLine / 2 - top };
}

const counted = (rows: number) => ` (${rows.toLocaleString('en-US')} ${rows === 1 ? 'row' : 'rows'})`;

/** The words in the middle of an empty plot. */
export const nothingObserved = (middle: { readonly x: number; readonly y: number }): Word => ({
  ...middle,
  text: 'no observed value',
  font: font(12),
  color: mutedInk,
  align: 'center',
});
