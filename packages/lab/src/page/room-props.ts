// The properties that every room gets.
import type { LabRun } from '../lab-run.ts';

/** The run beside which the page was opened; undefined without one. */
export interface RoomProps {
  readonly run: LabRun | undefined;
}
