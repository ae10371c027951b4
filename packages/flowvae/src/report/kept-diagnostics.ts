// Diagnostics in report.json survive a resumed run while its parameters stay the same.
import { createHash } from 'node:crypto';
import type { RunFolder } from '@flowvae/runs';
import type { NamedVariables } from '@flowvae/tensor';

/** SHA-256 of all values, with their names, in the order of the names. */
export function parametersChecksum(variables: NamedVariables): string {
  const hash = createHash('sha256');
  for (const name of Object.keys(variables).toSorted()) {
    hash.update(name).update(Float32Array.from(variables[name]!.dataSync<'float32'>()));
  }
  return hash.digest('hex');
}

/**
 * The diagnostics that `evaluate --report` wrote for exactly these parameters, as a part of report.json; empty without
 * diagnostics or for other parameters.
 */
export function diagnosticsOf(variables: NamedVariables, folder: RunFolder): { readonly diagnostics?: object } {
  const { diagnostics } = folder.readReport();
  if (typeof diagnostics !== 'object' || diagnostics === null) return {};
  const { parametersSha256 } = diagnostics as { readonly parametersSha256?: unknown };
  return parametersSha256 === parametersChecksum(variables) ? { diagnostics } : {};
}
