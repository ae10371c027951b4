// The house style that all charts share: fonts, colours, axes, words.
import type { Chart, ChartOptions, LegendItem, Plugin } from 'chart.js';
import { fontFamily } from '../font.ts';
import { fillPaper } from '../pages/page.ts';
import { axisLine, gridLine, ink, mutedInk } from '../palette.ts';
import type { Placement } from './chart-drawing.ts';

/** The options that all charts share. */
export const commonOptions = ({ pixelRatio }: Placement) =>
  ({
    responsive: false,
    animation: false,
    events: [],
    devicePixelRatio: pixelRatio,
    locale: 'en-US', // the host's locale would change the picture
    font: { family: fontFamily, size: 13 },
    color: ink,
    layout: { padding: { left: 12, right: 24, top: 12, bottom: 12 } },
  }) satisfies ChartOptions;

/** White paper under everything. */
export const background: Plugin = {
  id: 'background',
  beforeDraw: ({ ctx, width, height }) => fillPaper(ctx, { width, height }),
};

/** The title, and a line under it; neither in a figure without titles. */
export const heading = ({ titles }: Placement, title: string, note?: string) => ({
  title: {
    display: titles,
    text: title,
    align: 'start' as const,
    color: ink,
    font: { family: fontFamily, size: 17, weight: 'bold' as const }, // titles and legends do not inherit the family
    padding: { bottom: note ? 4 : 6 },
  },
  subtitle: {
    display: titles && note !== undefined,
    text: note ?? '',
    align: 'start' as const,
    color: mutedInk,
    font: { family: fontFamily, size: 12 },
    padding: { bottom: 6 },
  },
});

/** The legend, with the chart's own entries; left out if the title names the only series. */
export const legend = (generateLabels: (chart: Chart) => LegendItem[], display = true, pointStyleWidth = 34) => ({
  display,
  position: 'top' as const,
  align: 'start' as const,
  labels: {
    usePointStyle: true,
    pointStyleWidth,
    padding: 10,
    color: ink,
    font: { family: fontFamily, size: 12 },
    generateLabels,
  },
});

/** An axis with its name and unit. */
export const axis = (label: string) => ({
  title: { display: true, text: label, color: ink, font: { size: 13 } },
  ticks: { color: ink, font: { size: 12 }, maxRotation: 0, includeBounds: false }, // words at round numbers only
  grid: { color: gridLine, tickColor: axisLine },
  border: { color: axisLine },
});

/** Gives an axis at least a width. */
export const leastWidth = (width: number) => ({
  afterFit: (scale: { width: number }) => {
    scale.width = Math.max(scale.width, width);
  },
});
