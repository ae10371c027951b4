// The flow's picture at the slider's place: density, grid, draws, the picked point, and a planar layer's handles.
import { type ComponentChild, h } from 'preact';
import { useCallback, useMemo } from 'preact/hooks';
import { Handle } from '../canvas/handle.ts';
import { PlaneCanvas } from '../canvas/plane-canvas.ts';
import {
  drawArrow,
  drawAxes,
  drawDensity,
  drawDots,
  drawLine,
  drawMeshLines,
  type PlaneView,
} from '../canvas/plane-view.ts';
import { between, type Journey } from '../plane/journey.ts';
import { meshDensity } from '../plane/mesh-density.ts';
import type { Pair } from '../plane/planar-layer.ts';
import { footOf, type PlanarLayer, readPlanar, throughPoint, withTipOfU, withTipOfW } from '../plane/planar-layer.ts';
import type { StartPoints } from '../plane/start-points.ts';
import { useExactDensity } from './use-exact-density.ts';
import { type Exploration, nearestStart } from './use-explorer.ts';

/** Both pictures show [−5, 5]². */
export const VIEW_HALF = 5;

/** Pixels of the density along each side. */
const RASTER = { size: 160, half: VIEW_HALF } as const;

interface FlowPictureProps {
  readonly exploration: Exploration;
  /** The planar layer at the slider, if the flow has planar layers. */
  readonly planar: PlanarLayer | undefined;
  readonly onPlanar: (layer: PlanarLayer) => void;
}

export function FlowPicture({ exploration, planar, onPlanar }: FlowPictureProps): ComponentChild {
  const { start, journey: way, at, layer, picked, pick, pickedWay } = exploration;
  const tops = useMemo(() => stageTops(start, way), [start, way]);
  const exact = useExactDensity(exploration, RASTER);
  const place = useMemo(
    () => [...between(pickedWay.points, at, new Float32Array(2))] as unknown as Pair,
    [pickedWay, at],
  );
  const draw = useCallback(
    (view: PlaneView) => {
      drawAxes(view);
      const points = between(way.points, at, new Float32Array(start.z.length));
      const most = between(tops, at, new Float32Array(1))[0]!;
      const values = exact ?? pictured(start, way, at, points);
      drawDensity(view, { size: RASTER.size, values, most, colour: view.colours.blue });
      drawMeshLines(view, { ...start, points });
      drawDots(view, points, start.side ** 2, view.colours.orange);
      if (planar) drawPlanar(view, planar, place);
    },
    [start, way, tops, at, exact, planar, place],
  );
  const layers = way.layers;
  const words = `Density, grid and draws behind ${at.toFixed(1)} of ${layers} layers`;
  const handles = planar ? planarHandles(planar, layer, onPlanar) : [];
  return h(
    'figure',
    { class: 'picture' },
    h('figcaption', null, h('strong', null, 'The flow'), ` q behind ${at.toFixed(1)} of ${layers} layers`),
    h(
      PlaneCanvas,
      { id: 'flow-picture', label: words, half: VIEW_HALF, draw, onTouch: (to) => pick(nearestStart(exploration, to)) },
      h(Handle, {
        text: 'z',
        kind: 'z',
        label: 'The picked point z',
        half: VIEW_HALF,
        place,
        onMove: (to) => pick(steppedStart(exploration, place, to)),
      }),
      ...handles,
    ),
    h(
      'p',
      { class: 'hint' },
      exact
        ? 'Blue: q at every pixel, by the inverse. '
        : `Blue: q at the images of ${start.side ** 2} mesh points, log q = log q₀ − Σ log|det J|. `,
      'Orange: draws. A press picks the point z.',
    ),
  );
}

/** The density of the mesh's image, with the log-dets of the way so far. */
function pictured(start: StartPoints, way: Journey, at: number, points: Float32Array): Float32Array {
  const logDets = between(way.logDets, at, new Float32Array(start.logBase.length));
  const logDensity = start.logBase.map((log, i) => log - logDets[i]!);
  return meshDensity({ side: start.side, points, logDensity }, RASTER, new Float32Array(RASTER.size ** 2));
}

/** Share of the draws whose density the colours can tell apart. */
const SHOWN_SHARE = 0.98;

/** The density with the full colour behind each layer. */
function stageTops({ side, logBase }: StartPoints, { logDets }: Journey): Float32Array[] {
  return logDets.map((sums) => {
    const logs = logBase.subarray(side * side).map((log, i) => log - sums[side * side + i]!);
    const sorted = logs.toSorted();
    return Float32Array.of(Math.exp(sorted[Math.floor(SHOWN_SHARE * (sorted.length - 1))]!));
  });
}

/** A drag goes to the nearest image; a step of a key moves the base's point by as much. */
function steppedStart(exploration: Exploration, from: Pair, to: Pair): Pair {
  const step: Pair = [to[0] - from[0], to[1] - from[1]];
  const isKey = Math.hypot(...step) < 0.52 && step.some((part) => part === 0 || Math.abs(part) < 1e-9);
  const { picked } = exploration;
  return isKey ? [picked[0] + step[0], picked[1] + step[1]] : nearestStart(exploration, to);
}

/** A planar layer: its line, w and u from the foot, û dashed, and the step of the picked point. */
function drawPlanar(view: PlaneView, layer: PlanarLayer, place: Pair): void {
  const { colours } = view;
  const foot = footOf(layer);
  const { uHat } = readPlanar(layer, place);
  drawLine(view, layer.w, layer.b, colours.pink);
  drawArrow(view, foot, sum(foot, layer.w), { colour: colours.pink });
  drawArrow(view, foot, sum(foot, uHat), { colour: colours.green, isDashed: true });
  drawArrow(view, foot, sum(foot, layer.u), { colour: colours.green });
}

const sum = (a: Pair, b: Pair): Pair => [a[0] + b[0], a[1] + b[1]];

function planarHandles(layer: PlanarLayer, index: number, onPlanar: (layer: PlanarLayer) => void): ComponentChild[] {
  const foot = footOf(layer);
  const shared = { half: VIEW_HALF };
  const name = `of layer ${index + 1}`;
  return [
    h(Handle, {
      ...shared,
      kind: 'b',
      text: 'b',
      label: `The line wᵀz + b = 0 ${name}`,
      place: foot,
      onMove: (to) => onPlanar(throughPoint(layer, to)),
    }),
    h(Handle, {
      ...shared,
      kind: 'w',
      text: 'w',
      label: `The tip of w ${name}`,
      place: sum(foot, layer.w),
      onMove: (to) => onPlanar(withTipOfW(layer, to)),
    }),
    h(Handle, {
      ...shared,
      kind: 'u',
      text: 'u',
      label: `The tip of u ${name}`,
      place: sum(foot, layer.u),
      onMove: (to) => onPlanar(withTipOfU(layer, to)),
    }),
  ];
}
