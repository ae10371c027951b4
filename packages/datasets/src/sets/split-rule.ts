// How rows are divided into training, validation and test, as text.
import { ExpectationError } from '@flowvae/tensor/plain';

/** A way to divide rows. */
export type SplitRule =
  | { readonly kind: 'auto' }
  | { readonly kind: 'column'; readonly name: string }
  | { readonly kind: 'fractions'; readonly fractions: Fractions; readonly isStratified: boolean };

/** Shares of training, validation and test rows; their sum is 1. */
export type Fractions = readonly [train: number, validation: number, test: number];

/** The usual shares of a source that does not divide its rows. */
export const usualFractions: Fractions = [0.8, 0.1, 0.1];

/** The forms of the text, for help and errors. */
export const splitRuleUsage = 'auto, 0.8/0.1/0.1, stratified:0.8/0.1/0.1 or column:name';

/**
 * Reads such a text.
 *
 * @throws ExpectationError where it has another form, or the shares do not add up to 1
 */
export function readSplitRule(text: string): SplitRule {
  if (text === 'auto') return { kind: 'auto' };
  const [, column] = /^column:(.+)$/.exec(text) ?? [];
  if (column !== undefined) return { kind: 'column', name: column };
  const [, stratified, shares = ''] = /^(stratified:)?([\d./]+)$/.exec(text) ?? [];
  const fractions = shares.split('/').map((share) => (share === '' ? Number.NaN : Number(share)));
  const sum = fractions.reduce((total, share) => total + share, 0);
  const isWhole = fractions.length === 3 && fractions.every((share) => share >= 0 && share <= 1);
  if (isWhole && fractions[0]! > 0 && Math.abs(sum - 1) < 1e-6) {
    return { kind: 'fractions', fractions: fractions as unknown as Fractions, isStratified: stratified !== undefined };
  }
  const expected = `${splitRuleUsage}; the shares of training, validation and test rows add up to 1`;
  throw new ExpectationError({ where: 'splits', expected, received: `'${text}'` });
}
