// All toys by name.
import { checkerboard } from './checkerboard.ts';
import { eightGaussians } from './eight-gaussians.ts';
import { pinwheel } from './pinwheel.ts';
import { rings } from './rings.ts';
import type { Toy } from './toy.ts';
import { twoMoons } from './two-moons.ts';

/** Distributions on the plane for density estimation, with known densities. */
export const toys = { twoMoons, eightGaussians, checkerboard, pinwheel, rings } satisfies Readonly<Record<string, Toy>>;
