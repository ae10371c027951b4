// The result of a fit.
import { z } from 'zod';
import { energyNames, flowNames } from './config.ts';

/** Nats. More stands beside these: the settings of the fit, its time, its versions. */
export const fitResult = z.looseObject({
  experiment: z.literal('fig3'),
  energy: z.enum(energyNames),
  flow: z.enum(flowNames),
  k: z.number(),
  steps: z.number(),
  seed: z.number(),
  /** The bound of each. */
  restarts: z.array(z.number()),
  /** F = E_q[ln q + U] of the best restart, by draws that had no part in choosing it. */
  bound: z.number(),
  boundStandardError: z.number(),
  logZ: z.number(),
  /** KL(q‖e^(−U)/Z) = F + ln Z */
  kl: z.number(),
  /** The density of each cell in 255ths of the ceiling, base64. */
  map: z.object({ cells: z.number(), ceiling: z.number(), bytes: z.string() }),
});

/** See {@link fitResult}. */
export type FitResult = Readonly<z.infer<typeof fitResult>>;
