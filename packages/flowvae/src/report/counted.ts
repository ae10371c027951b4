/** A number of things: `1 image`, `20 images`. */
export const counted = (count: number, thing: string): string => `${count} ${thing}${count === 1 ? '' : 's'}`;

/** A large number in words: `70,000`. */
export const grouped = (count: number): string => count.toLocaleString('en-US');

/** A datum, in words. */
export const nounOf = ({ shape }: { readonly shape: readonly number[] }): 'image' | 'row' =>
  shape.length === 3 ? 'image' : 'row';
