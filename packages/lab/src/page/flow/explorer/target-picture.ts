// The target's picture; a painted target takes the brush.
import { type ComponentChild, h } from 'preact';
import { useCallback, useMemo } from 'preact/hooks';
import { PlaneCanvas } from '../canvas/plane-canvas.ts';
import { drawAxes, drawDensity, drawDots, type PlaneView } from '../canvas/plane-view.ts';
import type { Pair } from '../plane/planar-layer.ts';
import { touched } from '../targets/painted.ts';
import { VIEW_HALF } from './flow-picture.ts';
import type { Exploration } from './use-explorer.ts';

/** Pixels of the density along each side. */
const SIZE = 120;

interface TargetPictureProps {
  readonly exploration: Exploration;
  readonly erases: boolean;
}

export function TargetPicture({ exploration, erases }: TargetPictureProps): ComponentChild {
  const { choice, target, setChoice, start, journey: way } = exploration;
  const values = useMemo(() => {
    const logs = target.onLattice(SIZE, VIEW_HALF);
    const most = logs.reduce((a, b) => Math.max(a, b));
    return logs.map((log) => Math.exp(log - most));
  }, [target]);
  const draw = useCallback(
    (view: PlaneView) => {
      drawAxes(view);
      drawDensity(view, { size: SIZE, values, most: 1, colour: view.colours.green });
      drawDots(view, way.points.at(-1)!, start.side ** 2, view.colours.orange);
    },
    [values, way, start],
  );
  const paint = (place: Pair) => {
    if (choice.kind === 'painted') setChoice({ kind: 'painted', painting: touched(choice.painting, ...place, erases) });
  };
  const isPainted = choice.kind === 'painted';
  return h(
    'figure',
    { class: 'picture' },
    h('figcaption', null, h('strong', null, 'The target'), ' p'),
    h(PlaneCanvas, {
      id: 'target-picture',
      label: 'The target density, and the draws after all layers',
      half: VIEW_HALF,
      draw,
      ...(isPainted ? { onTouch: paint } : {}),
    }),
    h(
      'p',
      { class: 'hint' },
      'Green: the target p. Orange: the same draws after all layers. ',
      isPainted ? 'Paint with the mouse or a finger.' : '',
    ),
  );
}
