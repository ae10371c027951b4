// Two interleaved half circles.
import { drawNormal, drawUniform, fold } from '@flowvae/random';
import { logMeanExp, pointsOf, type Toy } from './toy.ts';

const RADIUS = 2;
const STD = 0.2;

/**
 * Point of a moon at an angle in [0, π]: the upper one opens downwards, the lower one upwards, shifted to the right.
 */
const moons = [
  (angle: number) => [RADIUS * Math.cos(angle) - RADIUS / 2, RADIUS * Math.sin(angle) - RADIUS / 4],
  (angle: number) => [RADIUS / 2 - RADIUS * Math.cos(angle), RADIUS / 4 - RADIUS * Math.sin(angle)],
] as const;

/** Intervals of the integral over the angle; their length on the circle is a tenth of the noise. */
const INTERVALS = 320;

/** A place on a moon, and its weight in Simpson's rule for the mean over [0, π]. */
interface Node {
  readonly a: number;
  readonly b: number;
  readonly weight: number;
}

const nodes = moons.map((moon): Node[] =>
  Array.from({ length: INTERVALS + 1 }, (_, i) => {
    const [a, b] = moon((Math.PI * i) / INTERVALS) as [number, number];
    const weight = i === 0 || i === INTERVALS ? 1 : i % 2 ? 4 : 2;
    return { a, b, weight: weight / (3 * INTERVALS) };
  }),
);

/**
 * Two half circles of radius 2, equally weighted, the angle uniform, plus normal noise of deviation 0.2.
 *
 * The density is an integral over the angle, by Simpson's rule with 320 intervals: to 1e-6 wherever the density is not
 * negligible.
 */
export const twoMoons: Toy = {
  sample(key, count) {
    const choice = drawUniform(fold(key, 'moon'), count);
    const turn = drawUniform(fold(key, 'angle'), count);
    const noise = drawNormal(fold(key, 'noise'), 2 * count);
    return pointsOf(count, (i) => {
      const [x, y] = moons[Math.floor(choice[i]! * moons.length)]!(Math.PI * turn[i]!) as [number, number];
      return [x + STD * noise[2 * i]!, y + STD * noise[2 * i + 1]!];
    });
  },
  logDensity: (x, y) => logMeanExp(nodes.map((moon) => logMoon(moon, x, y))),
  entropy: 2.393879,
  reach: 3.8,
};

/** log ∫ N(x, y; the moon's place, 0.2²·I), a plain loop, since pictures and tests ask for it at 10⁵ points. */
function logMoon(moon: readonly Node[], x: number, y: number): number {
  const squares = ({ a, b }: Node) => (x - a) ** 2 + (y - b) ** 2;
  let nearest = Number.POSITIVE_INFINITY;
  for (const node of moon) nearest = Math.min(nearest, squares(node));
  let sum = 0;
  for (const node of moon) sum += node.weight * Math.exp((nearest - squares(node)) / (2 * STD ** 2));
  return Math.log(sum) - nearest / (2 * STD ** 2) - Math.log(2 * Math.PI * STD ** 2);
}
