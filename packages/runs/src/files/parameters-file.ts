// A model's variables as a safetensors file, by name.
import { createHash } from 'node:crypto';
import {
  assignParameters,
  decodeSafetensors,
  ExpectationError,
  type NamedVariables,
  type StoredTensor,
  safetensorsParts,
} from '@flowvae/tensor';
import { writeFileAtomically } from './atomic-file.ts';
import { readWhole } from './reading.ts';

/** Arrays by name. */
type Stored = Readonly<Record<string, StoredTensor>>;

/**
 * Writes all variables under their names.
 *
 * @returns the SHA-256 of names and values, which the file carries too
 */
export function writeParameters(
  path: string,
  variables: NamedVariables,
  metadata: Readonly<Record<string, string>> = {},
): string {
  const tensors = Object.entries(variables).map(([name, variable]) => {
    return [name, { shape: variable.shape, values: variable.dataSync<'float32'>() }] as const;
  });
  const stored: Stored = Object.fromEntries(tensors);
  const checked = { ...metadata, sha256: arraysChecksum(stored) };
  writeFileAtomically(path, safetensorsParts({ tensors: stored, metadata: checked }));
  return checked.sha256;
}

/** The content of a parameters file: arrays, their SHA-256, and metadata. */
export interface StoredParameters {
  readonly tensors: Stored;
  readonly sha256: string;
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * The arrays of a parameters file; large ones share its memory.
 *
 * @throws ExpectationError if the file cannot be read, or the values are not as written
 */
export function storedParameters(path: string): StoredParameters {
  const { tensors, metadata } = decodeSafetensors(readWhole(path), path, { sharesFile: true });
  const sha256 = arraysChecksum(tensors);
  if (metadata.sha256 === undefined || metadata.sha256 === sha256) return { tensors, sha256, metadata };
  throw new ExpectationError({
    where: path,
    expected: 'the parameters that were written, by their SHA-256',
    received: 'others',
    remedy: 'the file was damaged or changed',
  });
}

/**
 * Gives variables the values of a run's state, which has no shapes. @throws ExpectationError as {@link
 * assignParameters} does, by lengths
 */
export function assignState(
  where: string,
  variables: NamedVariables,
  state: Readonly<Record<string, Float32Array>>,
): void {
  const tensors = Object.entries(state).map(([name, values]) => {
    const variable = variables[name];
    return [name, { shape: variable?.size === values.length ? variable.shape : [values.length], values }] as const;
  });
  assignParameters(where, variables, Object.fromEntries(tensors));
}

/** The SHA-256 of all names and values, in the order of the names. */
function arraysChecksum(tensors: Stored): string {
  const hash = createHash('sha256');
  for (const name of Object.keys(tensors).toSorted()) {
    const { buffer, byteOffset, byteLength } = tensors[name]!.values;
    hash.update(name).update(new Uint8Array(buffer, byteOffset, byteLength));
  }
  return hash.digest('hex');
}
