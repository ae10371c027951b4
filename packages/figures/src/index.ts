export type { FileOptions, Format } from './chart-drawing.ts';
export type { LineChartOptions, Point, Series, YRange } from './chart-options.ts';
export type { GridStyle } from './grid-drawing.ts';
export { type ImageGridOptions, imageGrid, type PairedImageGridOptions, pairedImageGrid } from './image-grid.ts';
export { lineChart } from './line-chart.ts';
export { type PanelsOptions, panels } from './panels.ts';
export { type DensityMap, type PlaneGridOptions, type PlanePanel, planeGrid } from './plane-grid.ts';
