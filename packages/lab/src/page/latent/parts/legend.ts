// The classes of the map: letters and colours; one class can be shown by itself.
import { type ComponentChild, h } from 'preact';
import type { Mark } from '../view/marks.ts';

/** Properties of {@link Legend}. */
export interface LegendProps {
  readonly classes: readonly string[];
  readonly marks: readonly Mark[];
  /** The class that is shown alone. */
  readonly only: number | undefined;
  onOnly(only: number | undefined): void;
}

/** A button for each class. */
export function Legend({ classes, marks, only, onOnly }: LegendProps): ComponentChild {
  if (classes.length === 0) return null;
  const one = (name: string, i: number) => {
    const { letter, colour } = marks[i]!;
    const letterShown = h('b', { style: { color: `var(--${colour})` } }, letter);
    return h(
      'button',
      {
        type: 'button',
        'aria-pressed': only === i,
        title: `Show class ${name} alone`,
        onClick: () => onOnly(only === i ? undefined : i),
      },
      letterShown,
      name === letter ? null : ` ${name}`,
    );
  };
  return h(
    'div',
    { class: 'legend', role: 'group', 'aria-label': 'Classes' },
    h('span', { class: 'hint' }, 'Classes; press one to see it alone:'),
    classes.map(one),
  );
}
