// One small panel a column: the distribution of its values in every series.
import { drawSheet, type PlacedChart, type Word } from '../charts/chart-sheet.ts';
import { font, requireFont } from '../font.ts';
import type { FileOptions } from '../pages/formats.ts';
import { ink, mutedInk } from '../palette.ts';
import { wrapped } from '../text.ts';
import { type ColumnFigureOptions, checkTable } from './column-options.ts';
import { type MarginalPanel, marginalPanel } from './marginal-panels.ts';
import { margin, nothingObserved, sheetHeading } from './sheet-heading.ts';

const MOST_COLUMNS = 40;

/** Panels beside each other. */
const ACROSS = 4;

/** Layout pixels. */
const [panelWidth, plotHeight, panelGap, leastWidth] = [250, 150, 10, 520];
const nameFont = font(12, 'bold');
const noteFont = font(10);
const [nameLine, noteLine] = [16, 13];

/**
 * Draws a panel for each column: densities of numbers in bins that all series share, shares of the classes of a
 * category or a bit. Missing entries are left out, and their share stands in the panel's title. Far outliers lie
 * outside the axis (beyond 5 interquartile ranges from the quartiles), and the title counts them. Of more than 40
 * columns, the first 40 are drawn.
 *
 * @throws ExpectationError if there is no column, no series or no row, or the numbers of values do not fit
 */
export function marginals(options: ColumnFigureOptions, file: FileOptions = {}): Uint8Array {
  checkTable('marginals', options);
  requireFont(); // words are measured
  const panels = options.columns.slice(0, MOST_COLUMNS).map((column) => titled(marginalPanel(column, options)));
  const across = Math.min(ACROSS, panels.length);
  const width = Math.max(leastWidth, 2 * margin + across * panelWidth + (across - 1) * panelGap);
  const heading = sheetHeading(options, { notes: leftOut(options.columns.length), width, ...file });
  const charts: PlacedChart[] = [];
  const words: Word[] = [...heading.words];
  let y = heading.height;
  for (let first = 0; first < panels.length; first += across) {
    const row = panels.slice(first, first + across);
    const titleHeight = Math.max(...row.map(({ height }) => height));
    row.forEach((panel, i) => {
      const x = margin + i * (panelWidth + panelGap);
      words.push(...panel.words.map((word) => ({ ...word, x: x + word.x, y: y + word.y })));
      const { config } = panel;
      const plot = { x, y: y + titleHeight };
      if (config) charts.push({ ...plot, drawing: { width: panelWidth, height: plotHeight, config } });
      else words.push(nothingObserved({ x: x + panelWidth / 2, y: plot.y + plotHeight / 2 }));
    });
    y += titleHeight + plotHeight + panelGap;
  }
  return drawSheet({ width, height: y + margin - panelGap, charts, words, swatches: heading.swatches }, file);
}

function leftOut(columns: number): string[] {
  if (columns <= MOST_COLUMNS) return [];
  return [`the first ${MOST_COLUMNS} of ${columns} columns; ${columns - MOST_COLUMNS} are left out`];
}

/** A panel with its title in lines, placed from the panel's upper left corner on. */
function titled(panel: MarginalPanel) {
  const width = panelWidth - 12;
  const name = wrapped(panel.name, { font: nameFont, width, lines: 3 });
  const notes = panel.notes.flatMap((note) => wrapped(note, { font: noteFont, width, lines: 3 }));
  const notesTop = name.length * nameLine;
  const words: Word[] = [
    ...name.map((text, i) => ({ text, x: 6, y: (i + 0.5) * nameLine, font: nameFont, color: ink })),
    ...notes.map((text, i) => ({ text, x: 6, y: notesTop + (i + 0.5) * noteLine, font: noteFont, color: mutedInk })),
  ];
  return { ...panel, words, height: notesTop + notes.length * noteLine };
}
