// Pictures of draws from the prior at a temperature.
import { type ComponentChild, h } from 'preact';
import { useState } from 'preact/hooks';
import { decimal, priorInWords } from '../math/words.ts';
import type { Session } from '../session.ts';
import { useLatest } from '../view/hooks.ts';
import { Picture } from '../view/picture.ts';
import { Status } from '../view/status.ts';

const COUNT = 16;

/** A slider for the temperature, and pictures. */
export function SamplePanel({ session }: { readonly session: Session }): ComponentChild {
  const { pixels, shape } = session.data.run.model;
  const [temperature, setTemperature] = useState(1);
  const [seed, setSeed] = useState(0);
  const drawn = useLatest(() => session.quick.ask('sample', { count: COUNT, temperature, seed }), [temperature, seed]);
  const onInput = ({ currentTarget }: Event) => setTemperature(Number((currentTarget as HTMLInputElement).value));
  return h(
    'section',
    { class: 'panel' },
    h('h2', null, 'Draws from the prior'),
    h('p', { class: 'hint' }, priorInWords(session.isPriorNormal)),
    h(
      'label',
      { class: 'slider' },
      h('span', null, 'Temperature'),
      h('input', { type: 'range', min: 0, max: 1.5, step: 0.05, value: temperature, onInput }),
      h('output', null, decimal(temperature, 2)),
    ),
    h('div', { class: 'buttons' }, h('button', { type: 'button', onClick: () => setSeed(seed + 1) }, 'New draws')),
    h(Status, { progress: undefined, error: drawn.error }),
    h(
      'div',
      { class: 'pictures samples', role: 'group', 'aria-label': 'draws' },
      Array.from({ length: COUNT }, (_, i) =>
        h(Picture, {
          key: i,
          values: drawn.result?.subarray(i * pixels, (i + 1) * pixels),
          shape,
          title: `draw ${i + 1}`,
          isTitled: false,
        }),
      ),
    ),
  );
}
