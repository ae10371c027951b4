// The command as a process of its own, started by node itself: with faults injected into its file operations, or killed from outside.
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const cwd = fileURLToPath(new URL('../..', import.meta.url));
const preload = new URL('./fault-injection.ts', import.meta.url).href;

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

export interface CommandOptions {
  readonly fault?: Fault;
  /** Called with all of stderr whenever it grows. */
  readonly onStderr?: (text: string, child: ChildProcess) => void;
}

/** Starts `flowvae` and waits for its end. */
export function flowvae(args: readonly string[], { fault, onStderr }: CommandOptions = {}): Promise<Outcome> {
  return new Promise((resolve) => {
    const imports = fault ? ['--import', import.meta.resolve('tsx'), '--import', preload] : [];
    const env = fault ? { FAULT: fault.kind, FAULT_AT: String(fault.at), FAULT_FOLDER: fault.folder } : {};
    const command = [...imports, 'packages/flowvae/bin/flowvae.js', ...args];
    const child = spawn(process.execPath, command, { cwd, env: { ...process.env, ...env } });
    const text = { stdout: '', stderr: '' };
    child.stdout.on('data', (chunk) => {
      text.stdout += chunk;
    });
    child.stderr.on('data', (chunk) => {
      text.stderr += chunk;
      onStderr?.(text.stderr, child);
    });
    child.on('close', (code, signal) => resolve({ code, signal, ...text }));
  });
}
