// A field for text or a number that is typed.
import { type ComponentChild, type ComponentProps, h } from 'preact';
import { useState } from 'preact/hooks';

/** Properties of {@link TypedField}; others are those of an input. */
export interface TypedFieldProps extends Omit<ComponentProps<'input'>, 'value' | 'onChange'> {
  readonly value: string | number;
  /** Gets the text after Enter, and when the field is left. */
  onTyped(text: string): void;
}

const textOf = (event: Event): string => (event.currentTarget as HTMLInputElement).value;

/**
 * Keeps the text while it is typed: a view that is drawn anew meanwhile, such as one that follows the mouse or a
 * training, would put the last value back. Afterwards it shows `value`, whether the text was taken or not.
 */
export function TypedField({ value, onTyped, ...others }: TypedFieldProps): ComponentChild {
  const [typed, setTyped] = useState<string>();
  return h('input', {
    ...others,
    value: typed ?? value,
    onInput: (event: Event) => setTyped(textOf(event)),
    onBlur: () => setTyped(undefined),
    onChange: (event: Event) => {
      setTyped(undefined);
      onTyped(textOf(event));
    },
  });
}
