// Pictures on the way from one picture's code to another's, along a line and along an arc.
import { type ComponentChild, h } from 'preact';
import { useState } from 'preact/hooks';
import { type Chosen, chosenAt, meanOf, type Session } from '../session.ts';
import { useLatest } from '../view/hooks.ts';
import { Picture } from '../view/picture.ts';
import { Status } from '../view/status.ts';
import { PictureNumber } from './picture-number.ts';

/** Pictures of a row. */
const STEPS = 9;

const kinds = ['linear', 'spherical'] as const;

/** Properties of {@link BetweenPanel}. */
export interface BetweenProps {
  readonly session: Session;
  readonly chosen: Chosen;
}

/** Two ends, and two rows. */
export function BetweenPanel({ session, chosen }: BetweenProps): ComponentChild {
  const { quick, data } = session;
  const { pixels, shape } = data.run.model;
  const [ends, setEnds] = useState(() => [chosenAt(session, 0), secondEnd(session)] as const);
  const rows = useLatest(async () => {
    const [a, b] = await Promise.all([meanOf(session, ends[0]), meanOf(session, ends[1])]);
    const [line, arc] = await Promise.all(kinds.map((kind) => quick.ask('between', { a, b, steps: STEPS, kind })));
    return { linear: line!, spherical: arc! };
  }, ends);
  const end = (i: 0 | 1, next: Chosen) => setEnds(([a, b]) => (i === 0 ? [next, b] : [a, next]));
  const endControls = (i: 0 | 1, name: string) =>
    h(
      'div',
      { class: 'end' },
      h(Picture, { values: ends[i].image, shape, title: `${name}: ${ends[i].title}` }),
      h(PictureNumber, { session, chosen: ends[i], label: name, onChosen: (next) => end(i, next) }),
      h('button', { type: 'button', onClick: () => end(i, chosen) }, `The chosen picture as ${name.toLowerCase()}`),
    );
  const row = (kind: (typeof kinds)[number]) =>
    h(
      'div',
      { class: 'row', role: 'group', 'aria-label': `${kind} interpolation` },
      h('h3', null, titles[kind]),
      h(
        'div',
        { class: 'pictures' },
        Array.from({ length: STEPS }, (_, i) =>
          h(Picture, {
            key: i,
            values: rows.result?.[kind].subarray(i * pixels, (i + 1) * pixels),
            shape,
            title: `${kind}, step ${i + 1} of ${STEPS}`,
            isTitled: false,
          }),
        ),
      ),
    );
  return h(
    'section',
    { class: 'panel between' },
    h('h2', null, 'From one picture to another'),
    h(
      'p',
      { class: 'hint' },
      'The codes between two posterior means, decoded: along the line, and along an arc around 0, on which the distance from 0 changes evenly; in many dimensions draws of N(0, I) lie near a sphere.',
    ),
    h('div', { class: 'ends' }, endControls(0, 'Start'), endControls(1, 'End')),
    h(Status, rows.error === undefined ? { progress: undefined, error: undefined } : rows),
    kinds.map(row),
  );
}

const titles = { linear: 'Linear', spherical: 'Spherical' } as const;

/** The first picture of another class than the first one; else the second. */
function secondEnd(session: Session): Chosen {
  const { labels, run } = session.data;
  const other = labels ? labels.findIndex((label) => label !== labels[0]) : 1;
  return chosenAt(session, Math.min(run.data.count - 1, Math.max(1, other)));
}
