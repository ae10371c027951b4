// A run as the page gets it: words and numbers in run.json, arrays in files beside it.

/** The plain options with which the page makes the run's model anew. */
export interface ModelOptions {
  readonly pixels: number;
  /** [height, width, channels] of a picture, or [P]. */
  readonly shape: readonly number[];
  readonly latent: number;
  readonly hidden: readonly number[];
  readonly activation: string | readonly string[];
  /** The word of the networks; absent: perceptrons. */
  readonly networks?: string;
  /** Formulas. */
  readonly flow?: string;
  readonly prior?: string;
  readonly likelihood?: string;
  readonly amortize: 'none' | 'base' | 'flow';
  readonly heads: 'scaled' | 'plain';
  readonly scale?: string;
}

/** A run's description. */
export interface LabRun {
  readonly name: string;
  /** The settings of the run, as words, for people. */
  readonly settings: Readonly<Record<string, string>>;
  readonly model: ModelOptions;
  /** Steps that the parameters have behind them. */
  readonly steps: number;
  /** Numbers of the run's evaluation, with their units in the name; empty before it. */
  readonly results: Readonly<Record<string, number>>;
  /** Test data: rows in `images.bin`, bytes from 0 to 255, and their classes, if any, in `labels.bin`, a byte each. */
  readonly data: { readonly name: string; readonly count: number; readonly classes?: readonly string[] };
}

/** Paths of a run's files beside the page. */
export const runFiles = {
  description: 'run/run.json',
  parameters: 'run/parameters.safetensors',
  images: 'run/images.bin',
  labels: 'run/labels.bin',
} as const;
