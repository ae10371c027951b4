// What a run remembers of its steps: averages over a stretch of them.
import type { StepValues } from './gradient-step.ts';

/** Averages over the steps since the last entry. */
export interface HistoryEntry extends StepValues {
  /** Steps done. */
  readonly step: number;
  /** Mean Euclidean norm of all gradients together, before any clipping. */
  readonly gradientNorm: number;
  /** Mean duration of these steps, batch and optimiser included. */
  readonly msPerStep: number;
}

/** One step, as it enters an average. */
export interface StepRecord extends StepValues {
  readonly gradientNorm: number;
  readonly milliseconds: number;
}

/** Means of everything that steps report. */
export class RunningAverage {
  #count = 0;
  #loss = 0;
  #gradientNorm = 0;
  #milliseconds = 0;
  readonly #terms: Record<string, number> = {};

  get isEmpty(): boolean {
    return this.#count === 0;
  }

  add({ loss, terms, gradientNorm, milliseconds }: StepRecord): void {
    this.#count++;
    this.#loss += loss;
    this.#gradientNorm += gradientNorm;
    this.#milliseconds += milliseconds;
    for (const [name, value] of Object.entries(terms)) this.#terms[name] = (this.#terms[name] ?? 0) + value;
  }

  entry(step: number): HistoryEntry {
    const n = this.#count;
    const terms = Object.fromEntries(Object.entries(this.#terms).map(([name, sum]) => [name, sum / n]));
    return {
      step,
      loss: this.#loss / n,
      terms,
      gradientNorm: this.#gradientNorm / n,
      msPerStep: this.#milliseconds / n,
    };
  }
}
