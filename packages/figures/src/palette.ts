// Colours of all figures: the series colours of Okabe & Ito, which stay apart under every common colour blindness.
// Their yellow is left out: a thin yellow line on white cannot be seen.

/** Series colours in the order of use. */
export const seriesColors = ['#0072B2', '#D55E00', '#009E73', '#CC79A7', '#E69F00', '#56B4E9', '#000000'] as const;

export const paper = '#FFFFFF';
export const ink = '#222222';
export const mutedInk = '#666666';
export const gridLine = '#E6E6E6';
export const axisLine = '#999999';
export const frameColor = '#CCCCCC';

/** The colour of the series in place `index`; the list repeats when it is used up. */
export const seriesColor = (index: number): string => seriesColors[index % seriesColors.length]!;

/** The same colour, see-through: for bands that lie over each other. */
export function withOpacity(hex: string, opacity: number): string {
  const [r, g, b] = [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
  return `rgba(${r}, ${g}, ${b}, ${opacity})`;
}

/** From nothing to the largest density: white paper, the first series colour, nearly black. Darker is always more. */
const densityStops = ['#FFFFFF', '#CDE3F1', '#6FB1DB', '#0072B2', '#00263D'] as const;

/** Red, green and blue of a share from 0 to 1 of the largest density. */
export function densityColor(share: number): [r: number, g: number, b: number] {
  const place = share * (densityStops.length - 1);
  const stop = Math.min(Math.floor(place), densityStops.length - 2);
  const [from, to] = [densityStops[stop]!, densityStops[stop + 1]!];
  const channel = (hex: string, at: number) => Number.parseInt(hex.slice(at, at + 2), 16);
  const mixed = (at: number) => Math.round(channel(from, at) + (place - stop) * (channel(to, at) - channel(from, at)));
  return [mixed(1), mixed(3), mixed(5)];
}

/** Ten colours for classes: the series' ones, then three of Tol's, which differ from them in lightness. */
const classColors = [...seriesColors, '#882255', '#999933', '#9A9A9A'] as const;

/** The colour of the class in place `index`; the list repeats when it is used up. */
export const classColor = (index: number): string => classColors[index % classColors.length]!;
