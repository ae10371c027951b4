// Models that tests of a file share, whose variables are freed after its last test.
import { type NamedVariables, tf } from '@flowvae/tensor';
import { afterAll } from 'vitest';

/** Gives a model back, and frees it at the end of the file. */
export type Kept = <T extends { readonly variables: NamedVariables }>(model: T) => T;

/** Called once by a file. */
export function keptModels(): Kept {
  const made: { readonly variables: NamedVariables }[] = [];
  afterAll(() => tf.dispose(made.map(({ variables }) => ({ ...variables }))));
  return (model) => {
    made.push(model);
    return model;
  };
}
