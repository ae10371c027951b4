// The options of every run in a folder of its own.
import type { FileOptions } from '@flowvae/figures';
import type { CheckpointSchedule, ProgressStream } from '@flowvae/runs';

/** A run folder, and its watchers. */
export interface DurableOptions extends CheckpointSchedule {
  /** The run folder: new or empty; with `resume` the folder of a run. */
  readonly out: string;
  /** How pictures are written; default: as PNG, with titles. TensorBoard has those always. */
  readonly figures?: FileOptions | undefined;
  /** Progress; default none. */
  readonly progress?: ProgressStream;
  /** Resumes the run in this folder. Default false. */
  readonly resume?: boolean;
  /** Resumes under other versions, with other threads or on another machine, where bytes may differ. Default false. */
  readonly allowDifferentMachine?: boolean;
}
