// The scene of the line: a density, a map, and the density behind it.
import { type ComponentChild, h } from 'preact';
import { useCallback, useState } from 'preact/hooks';
import { Handle } from '../canvas/handle.ts';
import { PlaneCanvas } from '../canvas/plane-canvas.ts';
import type { PlaneView } from '../canvas/plane-view.ts';
import { ChoiceField, nats, Readings, SliderField, shown } from '../controls/fields.ts';
import { drawLineScene } from './line-drawing.ts';
import { affineMap, exponentialMap, type LineMap, readLine } from './line-map.ts';

/** The picture shows [−5, 5]². */
const LINE_HALF = 5;

const maps = [
  ['affine', 'y = a·z + b'],
  ['exp', 'y = exp(z)'],
] as const;

/** Least |a|: at 0 the map would not be a bijection. */
const LEAST_SLOPE = 0.1;

const awayFromZero = (a: number) => (Math.abs(a) < LEAST_SLOPE ? (a < 0 ? -LEAST_SLOPE : LEAST_SLOPE) : a);

export function LineScene(): ComponentChild {
  const [kind, setKind] = useState<(typeof maps)[number][0]>('affine');
  const [{ a, b }, setAffine] = useState({ a: 2, b: 1 });
  const [z, setZ] = useState(-0.5);
  const [length, setLength] = useState(0.5);
  const map: LineMap = kind === 'affine' ? affineMap(a, b) : exponentialMap;
  const reading = readLine(map, z, length);
  const draw = useCallback(
    (view: PlaneView) => drawLineScene(view, map, { z, length, reading: readLine(map, z, length) }),
    [kind, a, b, z, length],
  );
  const isAffine = kind === 'affine';
  return h(
    'div',
    { class: 'scene' },
    h(
      'figure',
      { class: 'picture' },
      h('figcaption', null, h('strong', null, 'A line'), ` under ${map.formula}`),
      h(
        PlaneCanvas,
        { id: 'line-picture', label: `The map ${map.formula} with densities on both axes`, half: LINE_HALF, draw },
        h(Handle, {
          text: 'z',
          kind: 'z',
          label: "The interval's middle",
          half: LINE_HALF,
          place: [z, -LINE_HALF + 0.9],
          onMove: ([to]) => setZ(Math.min(Math.max(to, -3), 3)),
        }),
      ),
      h(
        'p',
        { class: 'hint' },
        'Blue, below: p₀ over z. Orange, left: p over y. Both bands hold the same probability. Pink: the map.',
      ),
    ),
    h(
      'div',
      { class: 'choices' },
      h(
        'section',
        { class: 'panel' },
        h('h2', null, 'Map'),
        h(ChoiceField<(typeof maps)[number][0]>, { label: 'Map', value: kind, choices: maps, onChange: setKind }),
        h(
          'fieldset',
          { disabled: !isAffine },
          h(SliderField, {
            label: 'a',
            value: a,
            min: -3,
            max: 3,
            step: 0.1,
            onChange: (next: number) => setAffine({ a: awayFromZero(next), b }),
          }),
          h(SliderField, {
            label: 'b',
            value: b,
            min: -2,
            max: 2,
            step: 0.1,
            onChange: (next: number) => setAffine({ a, b: next }),
          }),
        ),
        h(SliderField, { label: "z, the interval's middle", value: z, min: -3, max: 3, step: 0.05, onChange: setZ }),
        h(SliderField, {
          label: "The interval's length",
          value: length,
          min: 0.05,
          max: 1.5,
          step: 0.05,
          onChange: setLength,
        }),
      ),
      h(
        'section',
        { class: 'panel' },
        h('h2', null, 'Numbers'),
        h(Readings, {
          id: 'line-numbers',
          rows: [
            ['length on z', `${shown(length)} units`],
            ['length on y', `${shown(reading.imageLength)} units`],
            ['stretch |f′(z)|', shown(Math.abs(reading.slope))],
            ['p₀(z)', `${shown(reading.before)} per unit`],
            ['p(y) = p₀(z)/|f′(z)|', `${shown(reading.behind)} per unit`],
            ['log|f′(z)|', nats(reading.logDet)],
            ['log p(y)', nats(Math.log(reading.behind))],
          ],
        }),
      ),
    ),
  );
}
