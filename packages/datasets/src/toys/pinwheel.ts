// Five twisted arms.
import { drawNormal, drawUniform, fold } from '@flowvae/random';
import { logMeanExp, logNormal, pointsOf, type Toy } from './toy.ts';

const ARMS = 5;
const DISTANCE = 2;
const ALONG = 0.6;
const ACROSS = 0.2;
/** Radians for one unit of distance from the centre. */
const TWIST = 0.6;

const angleOf = (arm: number) => (2 * Math.PI * arm) / ARMS;

/**
 * Five arms, equally weighted: a point (a, b) with a ~ N(2, 0.6²) along and b ~ N(0, 0.2²) across its arm, turned by
 * 0.6 rad for each unit of its distance √(a² + b²) from the centre. The turning keeps areas, so the density is the
 * normal's at the point turned back.
 */
export const pinwheel: Toy = {
  sample(key, count) {
    const choice = drawUniform(fold(key, 'arm'), count);
    const noise = drawNormal(fold(key, 'noise'), 2 * count);
    return pointsOf(count, (i) => {
      const [a, b] = [DISTANCE + ALONG * noise[2 * i]!, ACROSS * noise[2 * i + 1]!];
      return turned(a, b, angleOf(Math.floor(choice[i]! * ARMS)) + TWIST * Math.hypot(a, b));
    });
  },
  logDensity(x, y) {
    const r = Math.hypot(x, y);
    const arms = Array.from({ length: ARMS }, (_, arm) => {
      const [a, b] = turned(x, y, -angleOf(arm) - TWIST * r);
      return logNormal(a, DISTANCE, ALONG) + logNormal(b, 0, ACROSS);
    });
    return logMeanExp(arms);
  },
  entropy: 2.320588,
  reach: 4,
};

function turned(x: number, y: number, angle: number): [number, number] {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return [cos * x - sin * y, sin * x + cos * y];
}
