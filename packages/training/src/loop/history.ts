// The history of a run: averages over stretches of steps.
import type { StepValues } from '../steps/gradient-step.ts';

/** Averages over the steps since the last entry. */
export interface HistoryEntry extends StepValues {
  /** Steps done. */
  readonly step: number;
  /** Mean Euclidean norm of all gradients together, before any clipping. */
  readonly gradientNorm: number;
  /** Mean duration of these steps, batch and optimiser included. */
  readonly msPerStep: number;
  /** Steps of the whole run whose update was skipped because a value was not finite; absent if there are none. */
  readonly skipped?: number;
  /** The factor on the learning rate after such steps; absent if it is 1. */
  readonly rateFactor?: number;
}

/** One step, as it enters an average. */
export interface StepRecord extends StepValues {
  readonly gradientNorm: number;
  readonly milliseconds: number;
}

/** Sums over the steps of a stretch, as plain data. */
export interface AverageState extends StepRecord {
  readonly count: number;
}

/** Means of all numbers that steps report. */
export class RunningAverage {
  #sums: AverageState;

  /** @param sums the sums of a stretch that was begun before */
  constructor(sums: AverageState = { count: 0, loss: 0, gradientNorm: 0, milliseconds: 0, terms: {} }) {
    this.#sums = sums;
  }

  get isEmpty(): boolean {
    return this.#sums.count === 0;
  }

  /** The sums so far. */
  get sums(): AverageState {
    return this.#sums;
  }

  add({ loss, terms, gradientNorm, milliseconds }: StepRecord): void {
    const sums = this.#sums;
    const added = Object.entries(terms).map(([name, value]) => [name, (sums.terms[name] ?? 0) + value] as const);
    this.#sums = {
      count: sums.count + 1,
      loss: sums.loss + loss,
      gradientNorm: sums.gradientNorm + gradientNorm,
      milliseconds: sums.milliseconds + milliseconds,
      terms: { ...sums.terms, ...Object.fromEntries(added) },
    };
  }

  entry(step: number): HistoryEntry {
    const { count: n, ...sums } = this.#sums;
    const terms = Object.fromEntries(Object.entries(sums.terms).map(([name, sum]) => [name, sum / n]));
    return {
      step,
      loss: sums.loss / n,
      terms,
      gradientNorm: sums.gradientNorm / n,
      msPerStep: sums.milliseconds / n,
    };
  }
}
