// Steps into the file operations of this process: to look on, to fail in the place of the disk, or to do something in
// between.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

type Operation =
  | 'readFileSync'
  | 'openSync'
  | 'fsyncSync'
  | 'mkdirSync'
  | 'writeFileSync'
  | 'linkSync'
  | 'renameSync'
  | 'rmSync';

/**
 * Runs an action and calls `before` with each of the operations and its arguments; an error of `before` becomes the
 * operation's.
 */
export function steppingInto<T>(
  operations: readonly Operation[],
  before: (operation: Operation, args: readonly unknown[]) => void,
  action: () => T,
): T {
  const table = fs as unknown as Record<Operation, (...args: unknown[]) => unknown>;
  const originals = operations.map((name) => table[name]);
  for (const [i, name] of operations.entries()) {
    table[name] = (...args) => {
      before(name, args);
      return originals[i]!(...args);
    };
  }
  syncBuiltinESMExports();
  try {
    return action();
  } finally {
    for (const [i, name] of operations.entries()) table[name] = originals[i]!;
    syncBuiltinESMExports();
  }
}

/** An error of the system. */
export const systemError = (code: string) =>
  Object.assign(new Error(`${code}: injected`), { code, syscall: 'injected' });
