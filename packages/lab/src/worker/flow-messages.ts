// The messages between the room Flow and its worker.
import type { ParamShapes, ParamValues } from '@flowvae/flows';
import type { BaseName } from '../page/flow/plane/bases.ts';
import type { TargetChoice } from '../page/flow/targets/target-choice.ts';

/** A training to begin or to go on with. */
export interface FlowStart {
  readonly kind: 'start';
  readonly formula: string;
  /** Parameters to begin with. */
  readonly values: ParamValues<ParamShapes>;
  readonly base: BaseName;
  readonly target: TargetChoice;
  readonly steps: number;
  readonly seed: number;
  /** Goes on from the state at the last stop, as if there had been none. */
  readonly goesOn: boolean;
  readonly engine: 'compiled' | 'eager';
  /** The folder of onnxruntime-web's files; absent where the page has none. */
  readonly runtime: string | undefined;
}

/** A message to the worker. */
export type FlowOrder = FlowStart | { readonly kind: 'stop' };

/** A message from the worker. */
export type FlowNews =
  | { readonly kind: 'started'; readonly engine: string; readonly fallback?: string }
  | {
      readonly kind: 'progress';
      readonly step: number;
      /** Mean ELBO of the last steps, nats. */
      readonly elbo: number;
      readonly msPerStep: number;
      /** Sent now and then, for the picture. */
      readonly values?: ParamValues<ParamShapes>;
    }
  | {
      readonly kind: 'stopped';
      readonly step: number;
      readonly isDone: boolean;
      readonly values: ParamValues<ParamShapes>;
    }
  | { readonly kind: 'failed'; readonly message: string };
