// Concentric rings: holes inside holes.
import { drawNormal, drawUniform, fold } from '@flowvae/random';
import { logMeanExp, logNormal, pointsOf, type Toy } from './toy.ts';

const RADII = [1, 2, 3, 4] as const;
const STD = 0.12;

/**
 * The density of the radius is not 0 at the centre, so that of a point has a pole there, which holds no mass: it is cut
 * off within this.
 */
const CENTRE = 1e-6;

/**
 * Four rings of radius 1 to 4, equally weighted: the radius is N(R, 0.12²), the angle uniform; p(x, y) = p(r)/(2πr).
 */
export const rings: Toy = {
  sample(key, count) {
    const choice = drawUniform(fold(key, 'ring'), count);
    const turn = drawUniform(fold(key, 'angle'), count);
    const noise = drawNormal(fold(key, 'noise'), count);
    return pointsOf(count, (i) => {
      const radius = RADII[Math.floor(choice[i]! * RADII.length)]! + STD * noise[i]!;
      const angle = 2 * Math.PI * turn[i]!;
      return [radius * Math.cos(angle), radius * Math.sin(angle)];
    });
  },
  logDensity(x, y) {
    const r = Math.max(Math.hypot(x, y), CENTRE);
    return logMeanExp(RADII.map((radius) => logNormal(r, radius, STD))) - Math.log(2 * Math.PI * r);
  },
  entropy: 3.314685,
  reach: 4.6,
};
