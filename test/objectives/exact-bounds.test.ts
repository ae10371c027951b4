// Bounds of given log-weights against the formulas by hand: far apart, tempered, under floors.
import { annealJoint, freeBits, freeBitsInTotal, iwae, renyi, warmUpKl } from '@flowvae/objectives';
import { expect, it } from 'vitest';
import { differences } from '../laws/comparison.ts';
import { boundAt, givenLogWeights } from './given-densities.ts';

/** (1/p) log (1/k) Σ exp(p·x) in float64, around its largest exponent. */
function powerMean(x: readonly number[], power: number): number {
  const exponents = x.map((value) => power * value);
  const largest = Math.max(...exponents);
  const sum = exponents.reduce((total, exponent) => total + Math.exp(exponent - largest), 0);
  return (largest + Math.log(sum / x.length)) / power;
}

it.each([-1, 0, 0.5, 0.95, 1.05, 1.5, 3])('renyi(%d,4) is right for log-weights hundreds of nats apart', (alpha) => {
  const logWeights = [-700, -30, 3, 500];
  const { loss, terms } = boundAt(renyi(alpha, 4), () => givenLogWeights(logWeights));
  const expected = powerMean(logWeights, 1 - alpha);
  expect(differences('renyi', terms.renyi!, [expected], 1e-6)).toEqual([]);
  expect(differences('loss', [loss], [-expected], 1e-6)).toEqual([]);
});

it('iwae(2) averages its bounds, not its weights, over samples', () => {
  const { loss, terms } = boundAt(iwae(2, { samples: 2 }), () => givenLogWeights([1, 3, -200, 100]));
  const expected = (powerMean([1, 3], 1) + powerMean([-200, 100], 1)) / 2;
  expect(differences('iwae', [...terms.iwae!, -loss], [expected, expected], 1e-6)).toEqual([]);
  expect(differences('elbo', terms.elbo!, [-24], 1e-6)).toEqual([]);
});

/** KL = 0, and no entropy where it stands alone: log p(x|z) = −5, three dimensions. */
const collapsed = () => givenLogWeights([-5], 3);
const entropy = 0.5 * Math.log(2 * Math.PI * Math.E);

it.each([
  ['without tempering', undefined, 3 * 2 + 5],
  ['under annealJoint, which leaves log q alone', annealJoint, 3 * 2 + 0.25 * 5],
  ['under warmUpKl, which tempers log q', warmUpKl, 0.25 * 3 * 2 + 5],
] as const)('freeBits holds the floor of log q %s', (_, tempering, expected) => {
  const options = tempering ? { tempering: tempering(() => 1) } : {};
  const { loss } = boundAt(freeBits(2, options), collapsed, { beta: 0.25 });
  expect(loss).toBeCloseTo(expected, 5);
});

it('freeBits takes each dimension by itself, and c·E log q − b·E log p above the floor', () => {
  // β = 3 in place of b: the divergence of each dimension is (3 − 1)·H
  const { loss } = boundAt(freeBits(2, { tempering: annealJoint(() => 3) }), collapsed, { beta: 3 });
  expect(loss).toBeCloseTo(3 * 2 * entropy + 3 * 5, 4);
});

it.each([
  ['without tempering', undefined, 2 + 5],
  ['under annealJoint, which leaves log q alone', annealJoint, 2 + 0.25 * 5],
  ['under warmUpKl, which tempers log q', warmUpKl, 0.25 * 2 + 5],
] as const)('freeBitsInTotal holds the floor of log q %s', (_, tempering, expected) => {
  const options = tempering ? { tempering: tempering(() => 1) } : {};
  const { loss } = boundAt(freeBitsInTotal(2, options), collapsed, { beta: 0.25 });
  expect(loss).toBeCloseTo(expected, 5);
});
