// Parameters of the figure's flows, as arrays: drawn by key, of a size that bends the plane visibly.
import { drawNormal, drawUniform, fold, type Key } from 'flowvae';
import type { kinds } from './config.ts';

type Parameters = Readonly<Record<string, Float32Array>>;

/**
 * Planar: w of length 2 in a random direction, u within about half a radian of it, b such that the bend passes near the
 * centre. wᵀu > 0 for one layer out of two (it pushes apart) and wᵀu < 0 for the other (it pulls together); the longer
 * the flow, the weaker its layers.
 */
function planarParameters(layers: number, key: Key): Parameters {
  const angle = drawUniform(fold(key, 'angle'), layers).map((share) => 2 * Math.PI * share);
  const tilt = drawNormal(fold(key, 'tilt'), layers);
  const w = new Float32Array(2 * layers);
  const u = new Float32Array(2 * layers);
  for (let k = 0; k < layers; k++) {
    const strength = (k % 2 === 0 ? 2.5 : -1) / layers ** 0.4;
    const turned = angle[k]! + 0.5 * tilt[k]!;
    w.set([2 * Math.cos(angle[k]!), 2 * Math.sin(angle[k]!)], 2 * k);
    u.set([strength * Math.cos(turned), strength * Math.sin(turned)], 2 * k);
  }
  return { w, u, b: drawNormal(fold(key, 'b'), layers) };
}

/**
 * Radial: centres N(0, I); α = softplus(0) = 0.69, and β̂ far above 0 (pushes out) or near −α (pulls in), in turn;
 * weaker in longer flows.
 */
function radialParameters(layers: number, key: Key): Parameters {
  return {
    z0: drawNormal(fold(key, 'centre'), 2 * layers),
    alpha: new Float32Array(layers),
    beta: Float32Array.from({ length: layers }, (_, k) => (k % 2 === 0 ? 3 : -2) / layers ** 0.6),
  };
}

/** Parameters of `layers` layers, row-major. */
export const parametersOf: Readonly<Record<(typeof kinds)[number], (layers: number, key: Key) => Parameters>> = {
  planar: planarParameters,
  radial: radialParameters,
};
