// Parameters away from their start.

import { drawNormal } from '@flowvae/random';
import { fold, key, type NamedVariables, tf } from 'flowvae';

/** Moves each variable by N(0, 0.1²), from a key and its name. */
export function shaken<V extends NamedVariables>(variables: V): V {
  for (const [name, variable] of Object.entries(variables)) {
    const by = drawNormal(fold(key(9), name), variable.size).map((draw) => 0.1 * draw);
    tf.tidy(() => variable.assign(tf.add(variable, tf.tensor(by, variable.shape))));
  }
  return variables;
}
