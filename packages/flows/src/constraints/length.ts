// The check of a constraint's size.
import { ExpectationError } from '@flowvae/tensor';

/** @throws ExpectationError for a length that is no whole number from `least` */
export function checkLength(
  constraint: string,
  argument: string,
  { length, least }: { readonly length: number; readonly least: number },
): void {
  if (Number.isInteger(length) && length >= least) return;
  throw new ExpectationError({
    where: `${constraint}: ${argument}`,
    expected: `a whole number from ${least}`,
    received: String(length),
  });
}
