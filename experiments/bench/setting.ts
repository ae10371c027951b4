// What is measured: one model at several flow lengths, the same for every contender.
import { completeConfig, type Experiment, experiment, type TrainConfig, type Training, training } from 'flowvae';

/** The shape of the benchmark's model. */
export const shape = { pixels: 784, hidden: 400, latent: 40, batch: 100 } as const;

/** One row of the table. */
export interface Setting {
  /** Planar layers K; 0: no flow. */
  readonly layers: number;
  readonly threads: number;
}

/** The training problem of a setting: MNIST, dynamic binarisation, Adam. */
export function problemOf({ layers, threads }: Setting): Experiment & Training {
  const config: TrainConfig = completeConfig({
    flow: layers === 0 ? 'none' : `planar*${layers}`,
    hidden: [shape.hidden, shape.hidden],
    latent: shape.latent,
    batch: shape.batch,
    evalImages: 0,
    threads,
  });
  const parts = experiment(config);
  return { ...parts, ...training(parts) };
}

/** Something that can be timed: `measure` returns the median milliseconds of a step over so many steps, warm-up not counted. */
export interface Contender {
  readonly name: string;
  measure(steps: number): Promise<number>;
  close(): Promise<void>;
}

/** The median of some numbers. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Median duration of repeated calls, after some that are not counted. */
export async function medianDuration(step: () => void | Promise<void>, steps: number, warmUp: number): Promise<number> {
  const durations: number[] = [];
  for (let i = 0; i < steps + warmUp; i++) {
    const from = performance.now();
    await step();
    if (i >= warmUp) durations.push(performance.now() - from);
  }
  return median(durations);
}
