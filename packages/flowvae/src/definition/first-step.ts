// The first step of a run, at which a mistake in a user's module shows.
import { type DataDescription, widthOfDatum } from '@flowvae/datasets';
import { ExpectationError, ShapeError } from '@flowvae/tensor';
import type { Callback } from '@flowvae/training';
import { firstLine, placeIn } from '../modules/error-place.ts';
import { nameOf, type OwnExperiment } from './own-experiment.ts';

/** Watches for the first step. */
export interface FirstStep {
  /** For `fit`, before the run's own callbacks. */
  readonly callback: Callback;
  /** Whether it was done. */
  isDone(): boolean;
  /** An error as the user sees it: in one line where a module of the user's is at fault. */
  told(error: unknown): unknown;
  /** Ends the watch; stacks have their usual depth again. */
  close(): void;
}

/** The part of a plan that decides whose mistake an error is. */
interface Planned {
  readonly own?: OwnExperiment | undefined;
  readonly data: DataDescription;
}

/** Frames of a stack that reach a module behind those of TensorFlow.js. */
const DEEP = 50;

/** The first step of a plan. Until it is done, stacks are deep enough for the place in a module. */
export function firstStep({ own, data }: Planned): FirstStep {
  let isDone = false;
  const parts = (['model', 'objective'] as const).filter((name) => own?.module && own.definition[name]);
  const limit = Error.stackTraceLimit;
  const close = () => {
    Error.stackTraceLimit = limit;
  };
  if (parts.length > 0) Error.stackTraceLimit = DEEP;
  return {
    callback: {
      needsStep: () => !isDone,
      onStep() {
        if (isDone) return;
        isDone = true;
        close();
      },
    },
    isDone: () => isDone,
    close,
    told(error) {
      if (!own || parts.length === 0 || isDone || isOfSystem(error)) return error;
      const where = `${nameOf(own)}: ${parts.join(' and ')}`;
      if (error instanceof ShapeError) return new ExpectationError({ ...error, where: `${where}: ${error.where}` });
      if (error instanceof ExpectationError) return error;
      return new ExpectationError({
        where,
        expected: `operations that take the data, ${widthOfDatum(data)} numbers in a row`,
        received: firstLine(error).replace(/\.$/, '') + placeIn(error, [own.module!.path]),
      });
    },
  };
}

/** Whether it is an error of the system, such as a full disk, which has a code. */
const isOfSystem = (error: unknown): boolean => error instanceof Error && 'code' in error;
