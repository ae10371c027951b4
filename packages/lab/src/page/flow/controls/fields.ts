// The fields of the room's panels.
import { type ComponentChild, h } from 'preact';
import { TypedField } from '../../parts/typed-field.ts';

interface FieldProps<T> {
  readonly label: string;
  readonly value: T;
  readonly onChange: (value: T) => void;
}

/** A list to choose from. */
export function ChoiceField<T extends string>({
  label,
  value,
  onChange,
  choices,
}: FieldProps<T> & { readonly choices: readonly (readonly [value: T, text: string])[] }): ComponentChild {
  return h(
    'label',
    { class: 'field' },
    h('span', null, label),
    h(
      'select',
      { value, onChange: (event: Event) => onChange((event.currentTarget as HTMLSelectElement).value as T) },
      choices.map(([each, text]) => h('option', { value: each, selected: each === value }, text)),
    ),
  );
}

interface Range {
  readonly min: number;
  readonly max: number;
  readonly step: number;
}

/** A slider with its number beside the label. */
export function SliderField({
  label,
  value,
  onChange,
  min,
  max,
  step,
  text = shown(value, 2),
}: FieldProps<number> & Range & { readonly text?: string }): ComponentChild {
  return h(
    'label',
    { class: 'field slider' },
    h('span', null, label, h('output', null, text)),
    h('input', {
      type: 'range',
      value: Math.min(Math.max(value, min), max),
      min,
      max,
      step,
      onInput: (event: Event) => onChange((event.currentTarget as HTMLInputElement).valueAsNumber),
    }),
  );
}

/** A whole number. */
export function NumberField({
  label,
  value,
  onChange,
  min,
  max,
}: FieldProps<number> & Omit<Range, 'step'>): ComponentChild {
  return h(
    'label',
    { class: 'field' },
    h('span', null, label),
    h(TypedField, {
      type: 'number',
      value,
      min,
      max,
      step: 1,
      onTyped(text) {
        const wanted = text === '' ? Number.NaN : Math.round(Number(text));
        onChange(Number.isFinite(wanted) ? Math.min(Math.max(wanted, min), max) : value);
      },
    }),
  );
}

/** A table of named numbers; each has its unit in its text. */
export function Readings({
  rows,
  id,
}: {
  readonly rows: readonly (readonly [name: ComponentChild, text: string])[];
  readonly id?: string;
}) {
  return h(
    'table',
    { class: 'numbers', id },
    h(
      'tbody',
      null,
      rows.map(([name, text]) => h('tr', null, h('th', { scope: 'row' }, name), h('td', null, text))),
    ),
  );
}

/** A number with a proper minus sign. */
export function shown(value: number, digits = 3): string {
  if (value === Number.POSITIVE_INFINITY) return '∞';
  if (value === Number.NEGATIVE_INFINITY) return '−∞';
  return value
    .toFixed(digits)
    .replace(/^-(?=0\.?0*$)/, '')
    .replace('-', '−');
}

/** A vector with proper minus signs. */
export const shownPair = (values: readonly number[], digits = 2): string =>
  `(${values.map((value) => shown(value, digits)).join(', ')})`;

export const nats = (value: number): string => `${shown(value)} nats`;
