// Eight normals around a circle: modes that a continuous map has to tear apart.
import { drawNormal, drawUniform, fold } from '@flowvae/random';
import { logMeanExp, logNormal, pointsOf, type Toy } from './toy.ts';

export const COMPONENTS = 8;
export const RADIUS = 3;
export const STD = 0.3;

/** [x, y] of each. */
export const centres = Array.from({ length: COMPONENTS }, (_, k) => {
  const angle = (2 * Math.PI * k) / COMPONENTS;
  return [RADIUS * Math.cos(angle), RADIUS * Math.sin(angle)] as const;
});

/** Eight normals of deviation 0.3, equally weighted, on a circle of radius 3. */
export const eightGaussians: Toy = {
  sample(key, count) {
    const choice = drawUniform(fold(key, 'component'), count);
    const noise = drawNormal(fold(key, 'noise'), 2 * count);
    return pointsOf(count, (i) => {
      const [x, y] = centres[Math.floor(choice[i]! * COMPONENTS)]!;
      return [x + STD * noise[2 * i]!, y + STD * noise[2 * i + 1]!];
    });
  },
  logDensity: (x, y) => logMeanExp(centres.map(([a, b]) => logNormal(x, a, STD) + logNormal(y, b, STD))),
  entropy: 2.508991,
  reach: 4.2,
};
