// The densities, the flows that are fitted to them, and the lengths of the fits.
import type { toys } from 'flowvae';

/** The name of a distribution. */
export type ToyName = keyof typeof toys;

/** A base and the flow that normalises the data to it. */
export interface Model {
  readonly name: string;
  readonly formula: string;
  /** `normal`: N(0, I); `mixture`: eight normals, trained; `uniform`: on the box that the flow maps onto itself. */
  readonly base: 'normal' | 'mixture' | 'uniform';
}

/** How much is done. */
export interface Scale {
  readonly toys: readonly ToyName[];
  readonly models: readonly Model[];
  readonly steps: number;
  readonly training: number;
  readonly heldOut: number;
  /** Cells of a density map, each way. */
  readonly cells: number;
}

const spline: Model = { name: 'spline', formula: 'spline(16,64,2)*4', base: 'normal' };
const onBox: Model = { name: 'spline, uniform base', formula: 'spline(16,64,2)*4', base: 'uniform' };
const realnvp: Model = { name: 'RealNVP', formula: 'realnvp(64,2)*8', base: 'normal' };
const planar: Model = { name: 'planar*16', formula: 'planar*16', base: 'normal' };
const mixture: Model = { name: 'planar*4, mixture base', formula: 'planar*4', base: 'mixture' };

const smallSpline: Model = { ...spline, formula: 'spline(8,32,1)*4' };
const smallOnBox: Model = { ...onBox, formula: 'spline(8,32,1)*4' };
const smallRealnvp: Model = { ...realnvp, formula: 'realnvp(32,1)*6' };

/** `quick`: minutes on a busy machine; `smoke`: seconds, for the tests. */
export const scales: Readonly<Record<'full' | 'quick' | 'smoke', Scale>> = {
  full: {
    toys: ['twoMoons', 'eightGaussians', 'checkerboard', 'pinwheel', 'rings'],
    models: [planar, mixture, realnvp, spline, onBox],
    steps: 3000,
    training: 20_000,
    heldOut: 10_000,
    cells: 120,
  },
  quick: {
    toys: ['twoMoons', 'eightGaussians', 'checkerboard', 'pinwheel', 'rings'],
    models: [smallRealnvp, smallSpline, smallOnBox],
    steps: 500,
    training: 20_000,
    heldOut: 10_000,
    cells: 120,
  },
  smoke: { toys: ['eightGaussians'], models: [mixture, smallOnBox], steps: 10, training: 400, heldOut: 200, cells: 12 },
};

/** Step size, batch and seed of every fit. */
export const settings = { batchSize: 256, rate: 5e-3, seed: 1, clip: 10 } as const;

/** Panels and the uniform base cover ±5, the box on which the splines act; every toy lies within. */
export const HALF_WIDTH = 5;
