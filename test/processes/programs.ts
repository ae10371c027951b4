// The repository's programs as processes of their own, started by node itself from their compiled form.
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inject } from 'vitest';

const repository = fileURLToPath(new URL('../..', import.meta.url));

/** Where the JavaScript of a file of the repository is. */
export const compiledPath = (path: string): string => join(inject('compiledSources'), path.replace(/\.ts$/, '.js'));

export interface Outcome {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A fault at the n-th operation that changes a file under a folder. */
interface Fault {
  readonly kind: 'kill' | 'ENOSPC' | 'EROFS' | 'none';
  readonly at: number;
  readonly folder: string;
}

export interface ProgramOptions {
  readonly fault?: Fault;
  /** The words of the program's starter, which come before `node`; absent: this process. */
  readonly through?: readonly string[];
  /** Changes of the environment; `undefined` takes a variable away. */
  readonly env?: NodeJS.ProcessEnv;
  /** The folder that it is started in. Default: the repository's. */
  readonly folder?: string;
  /** Called with the process as soon as it is started. */
  readonly onStart?: (child: ChildProcess) => void;
  /** Called with all of stderr whenever it grows. */
  readonly onStderr?: (text: string, child: ChildProcess) => void;
}

/** Starts a program, named by its file in the repository, and waits until it and all that it started have ended. */
export function program(path: string, args: readonly string[], options: ProgramOptions = {}): Promise<Outcome> {
  const { fault, through = [] } = options;
  const imports = fault ? ['--import', compiledPath('test/faults/fault-injection.ts')] : [];
  const faulty = fault ? { FAULT: fault.kind, FAULT_AT: String(fault.at), FAULT_FOLDER: fault.folder } : {};
  const words = [...through, process.execPath, ...imports, compiledPath(path), ...args];
  return ended(words, { ...options, env: { ...options.env, ...faulty } });
}

/** Starts a command line, and waits until its process and all that share its output have ended. */
export function ended(
  [first = '', ...words]: readonly string[],
  { env, folder = repository, onStart, onStderr }: Omit<ProgramOptions, 'fault' | 'through'>,
): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = spawn(first, words, { cwd: folder, env: { ...process.env, ...env } });
    const text = { stdout: '', stderr: '' };
    child.stdout.on('data', (chunk) => {
      text.stdout += chunk;
    });
    child.stderr.on('data', (chunk) => {
      text.stderr += chunk;
      onStderr?.(text.stderr, child);
    });
    child.on('close', (code, signal) => resolve({ code, signal, ...text }));
    onStart?.(child);
  });
}

/** Starts the command `flowvae`. */
export const flowvae = (args: readonly string[], options?: ProgramOptions): Promise<Outcome> =>
  program('packages/flowvae/src/command/main.ts', args, options);
