// A field for text or a number that is typed.
import { type ComponentChild, type ComponentProps, h } from 'preact';
import { useEffect, useState } from 'preact/hooks';

/** Properties of {@link TypedField}; others are those of an input. */
export interface TypedFieldProps extends Omit<ComponentProps<'input'>, 'value' | 'onChange'> {
  readonly value: string | number;
  /** Gets the text after Enter, and when the field is left, unless it is refused. */
  onTyped(text: string): void;
  /** Why a text is refused, as a sentence for the visitor; absent: none is. */
  readonly refusal?: (text: string) => string | undefined;
  /** Whether `onTyped` gets the text at each letter, too. */
  readonly isLive?: boolean;
}

const textOf = (event: Event): string => (event.currentTarget as HTMLInputElement).value;

/**
 * Keeps the text while it is typed: a view that is drawn anew meanwhile, such as one that follows the mouse or a
 * training, would put the last value back. Afterwards it shows `value`, and why the text was refused.
 */
export function TypedField({ value, onTyped, refusal, isLive = false, ...others }: TypedFieldProps): ComponentChild {
  const [typed, setTyped] = useState<string>();
  const [reason, setReason] = useState<string>();
  useEffect(() => setReason(undefined), [value]);
  const input = h('input', {
    ...others,
    value: typed ?? value,
    ...(reason === undefined ? {} : { 'aria-invalid': true }),
    onInput: (event: Event) => {
      setTyped(textOf(event));
      setReason(undefined);
      if (isLive && refusal?.(textOf(event)) === undefined) onTyped(textOf(event));
    },
    onBlur: () => setTyped(undefined),
    onChange: (event: Event) => {
      const refused = refusal?.(textOf(event));
      setTyped(undefined);
      setReason(refused);
      if (refused === undefined) onTyped(textOf(event));
    },
  });
  return [input, reason === undefined ? null : h('span', { class: 'wrong', role: 'alert' }, reason)];
}

/** Numbers that a field takes. */
export interface NumberRange {
  readonly least: number;
  readonly most: number;
  readonly isWhole: boolean;
}

/** Why a text is no such number, and that the old value stays; undefined if it is one. */
export function numberRefusal(
  text: string,
  { least, most, isWhole }: NumberRange,
  value: number | string,
): string | undefined {
  const number = text.trim() === '' ? Number.NaN : Number(text);
  if (number >= least && number <= most && (!isWhole || Number.isInteger(number))) return undefined;
  const received = Number.isNaN(number) ? 'no number' : text.trim();
  return `Expected a ${isWhole ? 'whole number' : 'number'} from ${least} to ${most}, got ${received}. It stays ${value}.`;
}
