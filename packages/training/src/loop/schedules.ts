// Schedules: numbers that depend on the step. Step 0 is the first.
import type { LearningRateSchedule } from '../memory/optimizer-settings.ts';

/** `rate·factor^k`, k the number of milestones reached. */
export function stepDecay(
  rate: number,
  { factor, milestones }: { readonly factor: number; readonly milestones: readonly number[] },
): LearningRateSchedule {
  return (step) => rate * factor ** milestones.filter((milestone) => step >= milestone).length;
}

/** From one value to another in a straight line over `steps`, then constant. */
export function linear(from: number, to: number, steps: number): LearningRateSchedule {
  return (step) => from + (to - from) * Math.min(1, step / steps);
}

/**
 * From `rate` to 0 over `steps` along half a cosine. @see Loshchilov & Hutter 2017, arXiv:1608.03983, eq. 5 without
 * restarts
 */
export function cosineDecay(rate: number, steps: number): LearningRateSchedule {
  return (step) => 0.5 * rate * (1 + Math.cos(Math.PI * Math.min(1, step / steps)));
}

/**
 * A schedule, or a fixed rate, times min(1, (t + 1)/steps) at step t: it rises in a straight line from `rate/steps` to
 * the whole rate. 0 steps: no rise. @see Goyal et al. 2017, arXiv:1706.02677, section 2.2
 */
export function linearWarmup(rate: LearningRateSchedule | number, steps: number): LearningRateSchedule {
  const rateAt = typeof rate === 'number' ? () => rate : rate;
  return (step) => (step + 1 < steps ? (rateAt(step) * (step + 1)) / steps : rateAt(step));
}
