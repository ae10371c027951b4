// The type of the benchmark's sections and of their results.
import type { Measured } from '../measurement.ts';
import type { Options } from '../options.ts';

/** One comparison: all contenders at one setting. */
export interface Row extends Measured {
  readonly setting: Readonly<Record<string, number | string>>;
  /** Of all values of the row. */
  readonly unit: string;
  /** Numbers that belong to the setting, e.g. `gigaflop`. */
  readonly facts: Readonly<Record<string, number>>;
}

/** A part of the benchmark that can be run alone. */
export interface Section {
  readonly title: string;
  run(options: Options): Promise<Row[]>;
}

/** The contender whose numbers the others are compared with. */
export const OURS = 'flowvae';

/** Threads of a section that looks at one number of them. */
export const threadsOf = ({ threads }: Options): readonly number[] => threads ?? [2];

/** Rounds of measurements that take seconds and vary little. */
export const fewRounds = ({ rounds }: Options): number => Math.min(rounds, 3);
