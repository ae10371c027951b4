// A checkpoint as two files: the arrays as safetensors, everything else as JSON that names them by their checksum.
import { decodeSafetensors, ExpectationError, type StoredTensor, safetensorsParts } from '@flowvae/tensor';
import type { RunState, ValuesByName } from '@flowvae/training';
import { sha256, sha256OfPieces } from '../files/checksum.ts';
import { type CheckpointRecord, FORMAT } from './checkpoint-record.ts';

/** The fields that a checkpoint's writer adds to the state. */
export type CheckpointContext = Pick<CheckpointRecord, 'position' | 'config' | 'versions' | 'metrics' | 'eventBytes'>;

/** Arrays of the optimiser stand under `optimizer/<slot>/<variable>`. */
const OPTIMIZER = 'optimizer/';

/**
 * The two parts of a checkpoint. The arrays, one piece after the other, share the state's memory.
 *
 * @throws ExpectationError if a variable's name could be mistaken for one of the optimiser's
 */
export function encodeCheckpoint(
  state: RunState,
  context: CheckpointContext,
): { readonly record: CheckpointRecord; readonly arrays: readonly Uint8Array[] } {
  const reserved = Object.keys(state.parameters).find((name) => name.startsWith(OPTIMIZER));
  if (reserved !== undefined) {
    const expected = `variables whose names do not begin with "${OPTIMIZER}"`;
    throw new ExpectationError({ where: 'checkpoint', expected, received: reserved });
  }
  const stored = (prefix: string, values: ValuesByName) =>
    Object.entries(values).map(([name, array]): [string, StoredTensor] => {
      return [prefix + name, { shape: state.shapes[name]!, values: array }];
    });
  const slots = Object.entries(state.slots);
  const tensors = [
    ...stored('', state.parameters),
    ...slots.flatMap(([slot, values]) => stored(`${OPTIMIZER}${slot}/`, values)),
  ];
  const metadata = { format: FORMAT, step: String(state.step) };
  const arrays = safetensorsParts({ tensors: Object.fromEntries(tensors), metadata });
  const { step, average, nonFinite } = state;
  return {
    arrays,
    record: {
      format: FORMAT,
      step,
      arrays: { bytes: arrays.reduce((sum, { length }) => sum + length, 0), sha256: sha256OfPieces(arrays) },
      slots: slots.map(([slot]) => slot),
      average,
      nonFinite,
      ...context,
    },
  };
}

/**
 * The state that two parts describe.
 *
 * @param where the safetensors file, for errors
 * @throws ExpectationError if the arrays are not those that the record names
 */
export function decodeCheckpoint(record: CheckpointRecord, arrays: Uint8Array, where: string): RunState {
  const { step, average, nonFinite } = record;
  if (arrays.length !== record.arrays.bytes || sha256(arrays) !== record.arrays.sha256) {
    throw new ExpectationError({
      where,
      expected: `the ${record.arrays.bytes} bytes that were written, by their SHA-256`,
      received: arrays.length === record.arrays.bytes ? 'others' : `${arrays.length} bytes`,
      remedy: 'the file was damaged or changed',
    });
  }
  const tensors = Object.entries(decodeSafetensors(arrays, where).tensors);
  const under = (prefix: string) =>
    tensors
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, tensor]) => [name.slice(prefix.length), tensor] as const);
  const values = (entries: readonly (readonly [string, StoredTensor])[]) =>
    Object.fromEntries(entries.map(([name, tensor]) => [name, tensor.values]));
  const parameters = tensors.filter(([name]) => !name.startsWith(OPTIMIZER));
  return {
    step,
    shapes: Object.fromEntries(parameters.map(([name, { shape }]) => [name, shape])),
    parameters: values(parameters),
    slots: Object.fromEntries(record.slots.map((slot) => [slot, values(under(`${OPTIMIZER}${slot}/`))])),
    average,
    nonFinite,
  };
}
