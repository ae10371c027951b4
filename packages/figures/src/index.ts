export { type Bar, type BarChartOptions, type BarSeries, barChart } from './charts/bar-chart.ts';
export type { ChartSize } from './charts/chart-drawing.ts';
export type { LineChartOptions, Point, Series, YRange } from './charts/chart-options.ts';
export { type HistogramOptions, histogram, type Mark, type Sample } from './charts/histogram.ts';
export { lineChart } from './charts/line-chart.ts';
export { type PanelsOptions, panels } from './charts/panels.ts';
export { type PointClass, type ScatterChartOptions, scatterChart } from './charts/scatter-chart.ts';
export type { ColumnFigureOptions, ColumnSeries, FigureColumn } from './columns/column-options.ts';
export { marginals } from './columns/marginals.ts';
export { pairs } from './columns/pairs.ts';
export type { GridStyle } from './grids/grid-drawing.ts';
export { type ImageGridOptions, imageGrid, type PairedImageGridOptions, pairedImageGrid } from './grids/image-grid.ts';
export type { ImageForm, ImageMask } from './grids/image-values.ts';
export { planeGrid } from './grids/plane-grid.ts';
export type { DensityMap, PlaneGridOptions, PlanePanel } from './grids/plane-options.ts';
export {
  type HtmlReport,
  htmlReport,
  type RelatedPage,
  type ReportCell,
  type ReportFigure,
  type ReportSection,
  type ReportTable,
  withRelatedPage,
} from './html-report.ts';
export { type FileOptions, type Format, formats } from './pages/formats.ts';
