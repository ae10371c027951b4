// Mistyped names: the suggestions for them, and names without one.

import { didYouMean, nearestName } from '@flowvae/tensor/plain';
import fc from 'fast-check';
import { expect, it } from 'vitest';

const names = ['planar', 'planar-leaky', 'maf', 'iaf', 'lu', 'realnvp', 'sylvester-o', 'sylvester-h'];

it.each([
  ['planr', 'planar'],
  ['palnar', 'planar'],
  ['plannar', 'planar'],
  ['plamar', 'planar'],
  ['PLANAR', 'planar'],
  ['planarleaky', 'planar-leaky'],
  ['maff', 'maf'],
  ['fma', undefined], // two letters of three
  ['real-nvp', 'realnvp'],
  ['sylvester', 'sylvester-o'],
  ['bogus', undefined],
  ['', undefined],
  ['x', undefined],
  ['planar', undefined], // it is known, so it was refused for another reason
  ['sylvester-o', undefined],
])('nearestName of %s is %s', (word, name) => {
  expect(nearestName(word, names)).toBe(name);
  expect(didYouMean(word, names)).toBe(name === undefined ? '' : `did you mean ${name}?`);
});

it('nearestName finds a long name again after one typing error of any kind', () => {
  const letter = fc.constantFrom(...'abcdefghijklmnopqrstuvwxyz-');
  const typed = fc.tuple(fc.constantFrom('planar-leaky', 'realnvp'), fc.nat(), letter, fc.constantFrom(0, 1, 2, 3));
  fc.assert(
    fc.property(typed, ([name, place, extra, kind]) => {
      const at = place % (name.length - 1);
      const [before, rest] = [name.slice(0, at), name.slice(at)];
      const wrong = [
        before + rest.slice(1),
        before + extra + rest,
        before + extra + rest.slice(1),
        before + rest[1] + rest[0] + rest.slice(2),
      ];
      const expected = wrong[kind] === name ? undefined : name; // the letter may be the one that it replaces
      return nearestName(wrong[kind]!, ['planar-leaky', 'realnvp', 'iaf']) === expected;
    }),
    { seed: 7 },
  );
});
