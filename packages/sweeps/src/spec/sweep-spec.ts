// A sweep as its author describes it: settings that vary, how they are combined, and seeds.
import type { SweepSearch } from '../space/choices.ts';
import type { SweepChoice, SweepColumn, SweepCondition } from '../space/column.ts';

/** A sweep's description with all defaults. Values are texts, as the command line writes them. */
export interface SweepSpec {
  /** The module of every run that names no other. */
  readonly module?: string;
  readonly plugins: readonly string[];
  /** Settings of the command that all runs share. */
  readonly settings: Readonly<Record<string, string>>;
  /** Settings of the module's own that all runs share. */
  readonly set: Readonly<Record<string, string>>;
  readonly columns: readonly SweepColumn[];
  readonly search: SweepSearch;
  /** Rows that are given as they are; each is combined with all choices. */
  readonly rows: readonly SweepChoice[];
  /** Runs that fit one of these are left out. */
  readonly exclude: readonly SweepCondition[];
  /** Where there are any, runs that fit none of these are left out. */
  readonly only: readonly SweepCondition[];
  readonly seeds: readonly number[];
}
