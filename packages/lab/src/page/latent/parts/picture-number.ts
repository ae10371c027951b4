// The choice of a test picture by its number.
import { type ComponentChild, h } from 'preact';
import { numberRefusal, TypedField } from '../../parts/typed-field.ts';
import { type Chosen, chosenAt, type Session } from '../session.ts';

/** Properties of {@link PictureNumber}. */
export interface PictureNumberProps {
  readonly session: Session;
  readonly chosen: Chosen;
  readonly label: string;
  onChosen(chosen: Chosen): void;
}

/** A field with the number, and steps to the pictures before and behind it. */
export function PictureNumber({ session, chosen, label, onChosen }: PictureNumberProps): ComponentChild {
  const { count } = session.data.run.data;
  const { index = -1 } = chosen;
  const take = (next: number) => {
    if (Number.isInteger(next) && next >= 0 && next < count) onChosen(chosenAt(session, next));
  };
  const step = (text: string, by: number, title: string) =>
    h(
      'button',
      {
        type: 'button',
        title,
        'aria-label': title,
        disabled: index + by < 0 || index + by >= count,
        onClick: () => take(index + by),
      },
      text,
    );
  return h(
    'div',
    { class: 'number' },
    h(
      'label',
      null,
      h('span', { class: 'hint' }, `${label} (1 to ${count}) `),
      h(TypedField, {
        type: 'number',
        min: 1,
        max: count,
        value: index < 0 ? '' : index + 1,
        placeholder: 'own',
        refusal: (text) =>
          numberRefusal(text, { least: 1, most: count, isWhole: true }, index < 0 ? 'as it is' : index + 1),
        onTyped: (text) => take(Number(text) - 1),
      }),
    ),
    step('‹', -1, 'The picture before'),
    step('›', 1, 'The next picture'),
  );
}
