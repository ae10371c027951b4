// A second door, for programs that must not load a canvas: the formats of figures.
export { type FileOptions, type Format, formats } from './pages/formats.ts';
