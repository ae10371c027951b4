// The checks of optimisers' settings: a rate that is not a number, or below zero, would ruin the parameters, and the
// model would be blamed.
import { ExpectationError } from '@flowvae/tensor';

/** The learning rate at a step, counted from 0: finite, from 0. */
export type LearningRateSchedule = (step: number) => number;

/** The allowed range of a number. */
interface Range {
  readonly described: string;
  readonly holds: (value: number) => boolean;
}

export const isFromZero: Range = { described: 'a finite number from 0', holds: (x) => Number.isFinite(x) && x >= 0 };
/** The weight of the past in a moving average. */
export const isFraction: Range = { described: 'a number from 0 to below 1', holds: (x) => x >= 0 && x < 1 };
/** Kernels take settings as float32, where a smaller number is 0. */
export const isAboveZero: Range = { described: 'a number above 0', holds: (x) => Math.fround(x) > 0 };

/** @throws ExpectationError if a setting is out of its range */
export function checkSetting(where: string, value: number, { described, holds }: Range): void {
  if (!holds(value)) throw new ExpectationError({ where, expected: described, received: String(value) });
}

/**
 * A learning rate as a function of the step.
 *
 * @throws ExpectationError for an invalid fixed rate at once; for a schedule's invalid rate at its step
 */
export function checkedRate(optimizer: string, rate: number | LearningRateSchedule): LearningRateSchedule {
  const where = `${optimizer}: learning rate`;
  if (typeof rate === 'number') {
    checkSetting(where, rate, isFromZero);
    return () => rate;
  }
  return (step) => {
    const value = rate(step);
    if (isFromZero.holds(value)) return value;
    throw new ExpectationError({
      where: `${where} at step ${step}`,
      expected: isFromZero.described,
      received: String(value),
      remedy: 'change the schedule; the parameters are those before this step',
    });
  };
}
