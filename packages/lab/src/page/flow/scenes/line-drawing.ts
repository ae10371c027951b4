// The picture of a map of the line: z to the right, y up, a density along each axis.
import { type PlaneView, toX, toY } from '../canvas/plane-view.ts';
import { type LineMap, type LineReading, normalDensity } from './line-map.ts';

/** Units of the picture for a density of 1. */
const HEIGHT = 4;

/** Room for the numbers beside an axis, in units. */
const MARGIN = 0.5;

const STEPS = 400;

interface Interval {
  readonly z: number;
  readonly length: number;
  readonly reading: LineReading;
}

export function drawLineScene(view: PlaneView, map: LineMap, { z, length, reading }: Interval): void {
  const { context, side, ratio, half, colours } = view;
  context.fillStyle = colours.paper;
  context.fillRect(0, 0, side, side);
  const low = -half + MARGIN;
  const places = Array.from({ length: STEPS + 1 }, (_, i) => -4 + (8 * i) / STEPS);
  const ofZ = (value: number) => [value, low + HEIGHT * normalDensity(value)] as const;
  const ofY = (value: number) =>
    [low + (HEIGHT * normalDensity(value)) / Math.abs(map.slope(value)), map.map(value)] as const;
  stroke(
    view,
    [
      [low, half],
      [low, low],
      [half, low],
    ],
    colours.line,
  );
  const within = places.filter((value) => Math.abs(value - z) <= length / 2);
  const band = [z - length / 2, ...within, z + length / 2];
  fill(view, [[band[0]!, low], ...band.map(ofZ), [band.at(-1)!, low]], colours.blue);
  fill(view, [[low, map.map(band[0]!)], ...band.map(ofY), [low, map.map(band.at(-1)!)]], colours.orange);
  stroke(view, places.map(ofZ), colours.blue);
  stroke(view, places.map(ofY), colours.orange);
  stroke(
    view,
    places.map((value) => [value, map.map(value)] as const),
    colours.pink,
  );
  context.setLineDash([4 * ratio, 4 * ratio]);
  for (const [end, image] of [
    [z - length / 2, reading.ends[0]],
    [z + length / 2, reading.ends[1]],
  ] as const) {
    stroke(
      view,
      [
        [end, low],
        [end, image],
        [low, image],
      ],
      colours.muted,
      1,
    );
  }
  context.setLineDash([]);
  drawTicks(view);
}

function drawTicks(view: PlaneView): void {
  const { context, ratio, half, colours, side } = view;
  context.fillStyle = colours.muted;
  context.font = `${11 * ratio}px system-ui, sans-serif`;
  context.textAlign = 'center';
  for (const tick of [-4, -2, 0, 2, 4]) {
    const text = String(tick).replace('-', '−');
    context.fillText(text, toX(view, tick), side - 3 * ratio);
    context.fillText(text, 9 * ratio, toY(view, tick) + 4 * ratio);
  }
  context.fillStyle = colours.ink;
  context.font = `bold ${13 * ratio}px system-ui, sans-serif`;
  context.fillText('z', toX(view, half - 0.3), side - 5 * ratio);
  context.fillText('y', 12 * ratio, 14 * ratio);
}

type Places = readonly (readonly [number, number])[];

function trace({ context }: PlaneView, view: PlaneView, places: Places): void {
  context.beginPath();
  places.forEach(([x, y], i) => {
    if (i === 0) context.moveTo(toX(view, x), toY(view, y));
    else context.lineTo(toX(view, x), toY(view, y));
  });
}

function fill(view: PlaneView, places: Places, colour: string): void {
  trace(view, view, places);
  view.context.fillStyle = colour;
  view.context.globalAlpha = 0.45;
  view.context.fill();
  view.context.globalAlpha = 1;
}

function stroke(view: PlaneView, places: Places, colour: string, width = 2): void {
  trace(view, view, places);
  view.context.strokeStyle = colour;
  view.context.lineWidth = width * view.ratio;
  view.context.stroke();
}
