// Restarts that are done, a file each, so that a fit that was stopped goes on with the next one.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { assignState, makeFolder, type NamedVariables, readSealed, sealed, writeFileAtomically } from 'flowvae';

/** The record of a restart beside its parameters. */
export interface RestartRecord {
  /** The bound by which the best is chosen. */
  readonly bound: number;
  readonly seconds: number;
}

/** All that the bytes of a restart depend on, as plain JSON. */
export type MadeBy = Readonly<Record<string, unknown>>;

const fileOf = (folder: string, restart: number) => join(folder, `restart-${restart}.json`);

/** Writes a restart that is done. @throws ExpectationError if the folder cannot be written to */
export function keepRestart(
  folder: string,
  restart: number,
  kept: RestartRecord & { readonly by: MadeBy; readonly variables: NamedVariables },
): void {
  const { variables, ...rest } = kept;
  const parameters = Object.entries(variables).map(([name, variable]) => [
    name,
    Buffer.from(Float32Array.from(variable.dataSync<'float32'>()).buffer).toString('base64'),
  ]);
  makeFolder(folder);
  writeFileAtomically(fileOf(folder, restart), sealed({ ...rest, parameters: Object.fromEntries(parameters) }));
}

/**
 * Gives the variables the parameters of a restart that was kept.
 *
 * @returns undefined if none was kept, or one that other settings, versions or threads made
 * @throws ExpectationError if the file is damaged
 */
export function takeUpRestart(
  folder: string,
  restart: number,
  { by, variables }: { readonly by: MadeBy; readonly variables: NamedVariables },
): RestartRecord | undefined {
  const path = fileOf(folder, restart);
  if (!existsSync(path)) return undefined;
  const kept = readSealed(path);
  if (!isDeepStrictEqual(kept.by, JSON.parse(JSON.stringify(by)))) return undefined;
  const state = Object.entries(kept.parameters as Readonly<Record<string, string>>).map(([name, text]) => {
    const bytes = Buffer.from(text, 'base64');
    return [name, new Float32Array(Uint8Array.from(bytes).buffer)];
  });
  assignState(path, variables, Object.fromEntries(state));
  return { bound: kept.bound as number, seconds: kept.seconds as number };
}
