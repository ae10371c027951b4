// The common settings of a fit's restarts, and their differences.
import { drawNormal, fold, type InvertibleFlow, type Key, type ParamShapes, type ParamValues } from 'flowvae';

/**
 * The settings of every fit. Restarts differ by their key, and go through step sizes (each falls to 0 along half a
 * cosine), then through the standard deviations of the offsets b that planar layers start with. The best restart
 * differs from energy to energy and from flow to flow; `restarts` in the results gives the bound of each, in this
 * order.
 */
export const settings = { rates: [1e-2, 5e-3, 2e-3], planarOffsets: [0, 1], batch: 256, clip: 10 } as const;

/** A restart's settings, besides its key. */
export function restartSettings(restart: number): { readonly rate: number; readonly planarOffsets: number } {
  const { rates, planarOffsets } = settings;
  return {
    rate: rates[restart % rates.length]!,
    planarOffsets: planarOffsets[Math.floor(restart / rates.length) % planarOffsets.length]!,
  };
}

/**
 * The start of a flow: its own, the identity; with offsets planar layers are the identity still, and their hyperplanes
 * lie across the base's mass.
 *
 * @param planarOffsets standard deviation of b; 0 for flows that have none
 */
export function startOf(flow: InvertibleFlow, at: Key, planarOffsets: number): ParamValues<ParamShapes> {
  const start = flow.initialParams(at);
  if (planarOffsets === 0) return start;
  const b = drawNormal(fold(at, 'offsets'), start.b!.length).map((offset) => planarOffsets * offset);
  return { ...start, b };
}
