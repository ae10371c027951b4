// The flow's start, at its initial parameters.
import { fold, type Key } from '@flowvae/random';
import type { Flow, Start } from '../flow.ts';
import { drawPoints, evaluate, forwardOf, initialParams } from './drawn-inputs.ts';
import { relativeError, type Tally, tally } from './tally.ts';

/** The rounding of 80 layers; a start rounded to four digits is 1e-3 off. */
const TOLERANCE = 1e-5;

/** A fresh flow is the identity, or keeps the volume. */
export function startCheck(flow: Flow, start: Exclude<Start, 'other'>, key: Key): Tally {
  const z = drawPoints(flow.dim, 6, key);
  const { y, logDet } = evaluate(forwardOf(flow), { z, ...initialParams(flow, fold(key, 'initial')) });
  const compare = (what: string, found: Float32Array, wanted: (i: number) => number) =>
    Array.from(found, (value, i) => ({
      error: relativeError(value, wanted(i)),
      allowed: TOLERANCE,
      at: `point ${Math.floor((i * z.shape[0]!) / found.length)}`,
      finding: () => `${what} is ${value} at the initial parameters, and should be ${wanted(i)}`,
    }));
  const identity = start === 'identity' ? compare('y', y!, (i) => z.values[i]!) : [];
  return tally([...compare('logDet', logDet!, () => 0), ...identity]);
}
