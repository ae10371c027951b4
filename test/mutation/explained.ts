// Mutants that change no result, each with its reason.
import { distributions } from './explained/distributions.ts';
import { evaluation } from './explained/evaluation.ts';
import type { Explained } from './explained/explained.ts';
import { flowChecker } from './explained/flow-checker.ts';
import { flows } from './explained/flows.ts';
import { objectives } from './explained/objectives.ts';
import type { Mutant } from './mutant.ts';

export const explained: readonly Explained[] = [
  ...distributions,
  ...evaluation,
  ...flowChecker,
  ...flows,
  ...objectives,
];

/** Why a mutant changes no result; undefined where nothing is said of it. */
export const reasonOf = ({ file, before, after }: Mutant): string | undefined =>
  explained.find((one) => one.file === file && one.before === before && one.after.includes(after))?.reason;
