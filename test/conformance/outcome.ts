// The outcome of one test of tfjs.
import { NO_LOWERING_YET, unsupportedKernels } from '../../packages/compiler/src/lowerings/unsupported.ts';
import type { Observation } from './observation.ts';

export type Outcome =
  | { readonly kind: 'passed' }
  | { readonly kind: 'failed'; readonly explanation?: string }
  | { readonly kind: 'not applicable'; readonly reason: string }
  /** Counted apart: dispatched no kernel, so says nothing about the backend. */
  | { readonly kind: 'no kernel' }
  /** Counted apart: tfjs itself does not run it. */
  | { readonly kind: 'switched off' };

/** Why a test is out of scope that hands a tensor of such a type to a kernel. */
const typeReasons: Readonly<Record<string, string>> = {
  complex64: 'complex numbers: ONNX Runtime has no complex64',
  string: 'strings: a graph holds numbers',
};

/**
 * A test is not applicable only if it asked the backend for a kernel in the table of unsupported ones, or for an
 * unsupported type.
 */
export function outcomeOf({ status, kernels, foreignKernels, refused }: Observation): Outcome {
  if (status === 'pending' || status === 'excluded') return { kind: 'switched off' };
  const reason = refused.map(reasonAgainst).find((found) => found !== undefined && found !== NO_LOWERING_YET);
  if (reason !== undefined) return { kind: 'not applicable', reason };
  if (kernels === 0 && foreignKernels === 0) return { kind: 'no kernel' };
  const missing = refused.find((kernel) => reasonAgainst(kernel) === NO_LOWERING_YET);
  if (missing !== undefined) return { kind: 'failed', explanation: `kernel ${missing}: ${NO_LOWERING_YET}` };
  return { kind: status === 'passed' && foreignKernels === 0 ? 'passed' : 'failed' };
}

const reasonAgainst = (refused: string): string | undefined =>
  typeReasons[refused] ?? (unsupportedKernels as Readonly<Record<string, string | undefined>>)[refused];
