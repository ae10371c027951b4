// The type of the paper's experiments: a list of independent runs, and functions of their results.
import type { ProgressStream } from 'flowvae';
import type { z } from 'zod';

/** How much of the protocol is done: seconds, minutes, or all of it. */
export const scaleNames = ['smoke', 'quick', 'paper'] as const;

/** One of {@link scaleNames}. */
export type ScaleName = (typeof scaleNames)[number];

/** One run, as plain data. */
export interface Entry {
  /** Names the run, its folder and its result. */
  readonly slug: string;
}

/** The context of a run, besides its entry. */
export interface RunContext {
  /** The folder for the run's checkpoints; existing ones are resumed. */
  readonly runFolder: string;
  readonly threads: number;
  /** Whether to resume runs of other versions or of another machine, where bytes may differ. */
  readonly allowDifferentMachine: boolean;
  readonly scale: ScaleName;
  /** The command that runs this entry alone, on so many threads. */
  command(threads: number): string;
  readonly progress: ProgressStream;
  readonly signal: AbortSignal;
}

/** The result of a run: one JSON file. */
export type Result = Readonly<Record<string, unknown>>;

/** A committed result beside the same work done again, or the reason why it was not. */
export type Checked =
  | { readonly skipped: string }
  | { readonly parts: readonly { readonly text: string /** Within rounding. */; readonly isEqual: boolean }[] };

/** An experiment of the paper. */
export interface Experiment<E extends Entry = Entry> {
  readonly name: string;
  readonly title: string;
  /** The required fields of a result; others are allowed. */
  readonly schema: z.ZodType;
  /** The runs of a scale, the most important first. */
  entries(scale: ScaleName, seeds: number): readonly E[];
  /** Does one run to its end; undefined after a stop. */
  run(entry: E, context: RunContext): Promise<Result | undefined>;
  /** Does a part of a finished run again, from its folder; undefined after a stop. Absent where runs keep nothing. */
  check?(entry: E, result: Result, context: RunContext): Promise<Checked | undefined>;
  /** Markdown for all results so far, beside the paper's. */
  table(results: readonly Result[]): string;
  /** Markdown for results that can be held against published ones. Absent where nothing is published. */
  verdicts?(results: readonly Result[]): string;
  /** Draws the figures of all results so far into a folder, and returns their names. */
  draw(results: readonly Result[], folder: string): readonly string[];
}
