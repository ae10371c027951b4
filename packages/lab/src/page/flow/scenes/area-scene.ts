// The scene of area and determinant: the unit square, and its image under a matrix whose columns are dragged.
import { type ComponentChild, h } from 'preact';
import { useCallback, useState } from 'preact/hooks';
import { Handle } from '../canvas/handle.ts';
import { PlaneCanvas } from '../canvas/plane-canvas.ts';
import { drawArrow, drawAxes, type PlaneView, toX, toY } from '../canvas/plane-view.ts';
import { nats, Readings, SliderField, shown, shownPair } from '../controls/fields.ts';
import type { Pair } from '../plane/planar-layer.ts';
import { areaOf, determinant, imageOf, type LinearMap, undoingWords, unitSquare } from './linear-map.ts';

const HALF = 4;

/** The matrix of the experiment change-of-variables: [[2, 0], [0.9, 1.5]], det 3. */
const FIRST: LinearMap = { first: [2, 0.9], second: [0, 1.5] };

export function AreaScene(): ComponentChild {
  const [matrix, setMatrix] = useState(FIRST);
  const draw = useCallback((view: PlaneView) => drawArea(view, matrix), [matrix]);
  const { first, second } = matrix;
  const det = determinant(matrix);
  const area = areaOf(unitSquare.map((corner) => imageOf(matrix, corner)));
  const field = (label: string, value: number, changed: (value: number) => LinearMap) =>
    h(SliderField, { label, value, min: -4, max: 4, step: 0.05, onChange: (next: number) => setMatrix(changed(next)) });
  return h(
    'div',
    { class: 'scene' },
    h(
      'figure',
      { class: 'picture' },
      h('figcaption', null, h('strong', null, 'The unit square'), ' and its image under A'),
      h(
        PlaneCanvas,
        { id: 'area-picture', label: 'The unit square and the parallelogram', half: HALF, draw },
        h(Handle, {
          text: 'a₁',
          kind: 'w',
          label: 'The first column of A',
          half: HALF,
          place: first,
          onMove: (to: Pair) => setMatrix({ first: to, second }),
        }),
        h(Handle, {
          text: 'a₂',
          kind: 'u',
          label: 'The second column of A',
          half: HALF,
          place: second,
          onMove: (to: Pair) => setMatrix({ first, second: to }),
        }),
      ),
      h('p', { class: 'hint' }, 'Blue: the unit square. Orange: its image. Drag a₁ and a₂.'),
    ),
    h(
      'div',
      { class: 'choices' },
      h(
        'section',
        { class: 'panel' },
        h('h2', null, 'Matrix A'),
        h(
          'div',
          { class: 'two-up' },
          field('a₁₁', first[0], (value) => ({ first: [value, first[1]], second })),
          field('a₁₂', second[0], (value) => ({ first, second: [value, second[1]] })),
          field('a₂₁', first[1], (value) => ({ first: [first[0], value], second })),
          field('a₂₂', second[1], (value) => ({ first, second: [second[0], value] })),
        ),
      ),
      h(
        'section',
        { class: 'panel' },
        h('h2', null, 'Numbers'),
        h('p', { class: 'formula' }, 'det A = a₁₁a₂₂ − a₁₂a₂₁'),
        h(Readings, {
          id: 'area-numbers',
          rows: [
            ['a₁', shownPair(first)],
            ['a₂', shownPair(second)],
            ['det A', shown(det)],
            ['area of the image', `${shown(area)} squares`],
            ['log|det A|', nats(Math.log(Math.abs(det)))],
            ['1/|det A|, the density', det === 0 ? 'none' : `${shown(1 / Math.abs(det))} per square`],
          ],
        }),
        h('p', { class: 'hint message' }, undoingWords(det)),
      ),
    ),
  );
}

function drawArea(view: PlaneView, matrix: LinearMap): void {
  drawAxes(view);
  const { colours } = view;
  drawGrid(view, matrix);
  polygon(view, unitSquare, colours.blue);
  polygon(
    view,
    unitSquare.map((corner) => imageOf(matrix, corner)),
    colours.orange,
  );
  drawArrow(view, [0, 0], matrix.first, { colour: colours.pink });
  drawArrow(view, [0, 0], matrix.second, { colour: colours.green });
}

/** The images of the lines of whole numbers. */
function drawGrid(view: PlaneView, matrix: LinearMap): void {
  const { context, colours, ratio } = view;
  context.strokeStyle = colours.muted;
  context.globalAlpha = 0.3;
  context.lineWidth = ratio;
  context.beginPath();
  const line = (from: Pair, to: Pair) => {
    const [a, b] = [imageOf(matrix, from), imageOf(matrix, to)];
    context.moveTo(toX(view, a[0]), toY(view, a[1]));
    context.lineTo(toX(view, b[0]), toY(view, b[1]));
  };
  for (let i = -6; i <= 6; i++) {
    line([i, -6], [i, 6]);
    line([-6, i], [6, i]);
  }
  context.stroke();
  context.globalAlpha = 1;
}

function polygon(view: PlaneView, corners: readonly Pair[], colour: string): void {
  const { context, ratio } = view;
  context.beginPath();
  for (const [x, y] of corners) context.lineTo(toX(view, x), toY(view, y));
  context.closePath();
  context.fillStyle = colour;
  context.globalAlpha = 0.3;
  context.fill();
  context.globalAlpha = 1;
  context.strokeStyle = colour;
  context.lineWidth = 2 * ratio;
  context.stroke();
}
