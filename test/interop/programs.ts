// Programs of other languages that run files: made in a folder, asked by JSON on stdin.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Feeds, Numbers } from '../compiler/export/runtimes.ts';
import type { ExportedFile } from './models.ts';

/** A runtime's answer for a file at one batch size. */
export type Answer =
  | { readonly outputs: Numbers; readonly error?: never }
  | { readonly error: string; readonly outputs?: never };

/** A program that answers as rust/protocol says. */
export interface Program {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

const rust = fileURLToPath(new URL('rust', import.meta.url));

export const hasCommand = (name: string): boolean => spawnSync(name, ['--version']).status === 0;

/** @throws Error with the last lines that a command wrote to stderr */
function made(command: string, args: readonly string[], env: Program['env'] = {}): void {
  const { status, stderr } = spawnSync(command, args, { env: { ...process.env, ...env }, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args[0]}: ${stderr.trim().split('\n').slice(-5).join('\n')}`);
}

function demand(command: string, remedy: string): void {
  if (!hasCommand(command)) throw new Error(`needs ${command}, which is not on the PATH; ${remedy}`);
}

/** Python with packages, in a virtual environment of its own; one that has them already is taken as it is. */
export function pythonWith(folder: string, packages: readonly string[]): string {
  const python = join(folder, 'bin', 'python');
  const [note, wanted] = [join(folder, 'packages.txt'), packages.join('\n')];
  if (existsSync(note) && readFileSync(note, 'utf8') === wanted) return python;
  demand('python3', 'install Python 3.10 or newer');
  mkdirSync(folder, { recursive: true });
  made('python3', ['-m', 'venv', folder]);
  made(python, ['-m', 'pip', 'install', '--quiet', ...packages]);
  writeFileSync(note, wanted);
  return python;
}

/** A program of rust/, built in a folder. */
export function builtProgram(name: string, folder: string, env: Program['env']): string {
  demand('cargo', 'install Rust 1.94 or newer');
  cpSync(rust, folder, { recursive: true });
  made('cargo', ['build', '--quiet', '--manifest-path', join(folder, 'Cargo.toml'), '-p', name], env);
  return join(folder, 'target', 'debug', name);
}

/** Asks a program for all files at once. @throws Error if it ends without an answer */
export function runProgram({ command, args, env }: Program, files: readonly ExportedFile[]): readonly Answer[][] {
  const given = files.map(({ file, runs }) => ({ file, runs: runs.map(plain) }));
  const { status, stdout, stderr } = spawnSync(command, args, {
    input: JSON.stringify(given),
    env: { ...process.env, ...env },
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (status !== 0) throw new Error(`${command}: ${stderr.trim().split('\n').slice(-3).join('\n')}`);
  return JSON.parse(stdout) as Answer[][];
}

const plain = (feeds: Feeds) =>
  Object.fromEntries(Object.entries(feeds).map(([name, { data, shape }]) => [name, { data: [...data], shape }]));
