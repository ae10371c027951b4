// The flow's picture at the slider's place: density, grid, draws, the picked point, and a planar layer's handles.
import { type ComponentChild, h } from 'preact';
import { useCallback, useMemo } from 'preact/hooks';
import { Handle } from '../canvas/handle.ts';
import { PlaneCanvas } from '../canvas/plane-canvas.ts';
import { drawAxes, drawDensity, drawDots, drawMeshLines, type PlaneView } from '../canvas/plane-view.ts';
import { between, type Journey } from '../plane/journey.ts';
import { meshDensity } from '../plane/mesh-density.ts';
import type { Pair } from '../plane/planar-layer.ts';
import type { StartPoints } from '../plane/start-points.ts';
import { pictureWords } from './picture-words.ts';
import { drawPlanar, type EditedLayer, PlanarHandles } from './planar-handles.ts';
import { useExactDensity } from './use-exact-density.ts';
import { type Exploration, nearestStart } from './use-explorer.ts';

/** Both pictures show [−5, 5]². */
export const VIEW_HALF = 5;

/** Pixels of the density along each side. */
const RASTER = { size: 160, half: VIEW_HALF } as const;

interface FlowPictureProps {
  readonly exploration: Exploration;
  /** The planar layer at the slider, if it can be dragged. */
  readonly edited: EditedLayer | undefined;
}

export function FlowPicture({ exploration, edited }: FlowPictureProps): ComponentChild {
  const { start, journey: way, at, picked, pick, pickedWay } = exploration;
  const tops = useMemo(() => stageTops(start, way), [start, way]);
  const exact = useExactDensity(exploration, RASTER);
  const place = useMemo(
    () => [...between(pickedWay.points, at, new Float32Array(2))] as unknown as Pair,
    [pickedWay, at],
  );
  const { layer, anchor } = edited ?? {};
  const draw = useCallback(
    (view: PlaneView) => {
      drawAxes(view);
      const points = between(way.points, at, new Float32Array(start.z.length));
      const most = between(tops, at, new Float32Array(1))[0]!;
      const values = exact ?? pictured(start, way, at, points);
      drawDensity(view, { size: RASTER.size, values, most, colour: view.colours.blue });
      drawMeshLines(view, { ...start, points });
      drawDots(view, points, start.side ** 2, view.colours.orange);
      if (layer && anchor) drawPlanar(view, { layer, anchor });
    },
    [start, way, tops, at, exact, layer, anchor],
  );
  const words = pictureWords(at, way.layers, exact ? 'inverse' : start.side ** 2);
  return h(
    'figure',
    { class: 'picture' },
    h('figcaption', null, h('strong', null, 'The flow'), ` ${words.caption}`),
    h(
      PlaneCanvas,
      {
        id: 'flow-picture',
        label: words.label,
        half: VIEW_HALF,
        draw,
        onTouch: (to) => pick(nearestStart(exploration, to)),
      },
      h(Handle, {
        text: at > 0 && Number.isInteger(at) ? 'z′' : 'z', // as the formulas call it, before and behind the layer
        kind: 'z',
        label: 'The picked point z',
        half: VIEW_HALF,
        place,
        onMove: (to) => pick(nearestStart(exploration, to)),
        onStep: (step) => pick([picked[0] + step[0], picked[1] + step[1]]),
      }),
      edited ? h(PlanarHandles, { ...edited, half: VIEW_HALF }) : null,
    ),
    h('p', { class: 'hint' }, `${words.hint} `, 'Orange: draws. A press picks the point z.'),
  );
}

/**
 * The density of the mesh's image, with the log-dets of the way so far. Between two layers it only blends the colours
 * of both: it is not the density of the map (1 − s)z + s·f(z).
 */
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
