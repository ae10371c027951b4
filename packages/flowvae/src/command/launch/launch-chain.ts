// The process that started this one, seen through package managers and the shells between them.
import { basename } from 'node:path';
import type { ProcessEntry, ProcessTable } from './process-table.ts';

/** A process of the chain, with its parent at the start. */
interface Link extends ProcessEntry {
  readonly pid: number;
}

/** The ancestors of this process. */
export interface LaunchChain {
  /** The parent's id at the start; 0 or 1 if the process has no parent that can end. */
  readonly parent: number;
  /** The parent and its ancestors, up to the topmost package manager; empty without a manager. */
  readonly managed: readonly Link[];
  /** The parent, if the system shows it. */
  readonly starter: Link | undefined;
}

/** Limit on the chain's length. The longest of our own scripts is npm → sh → pnpm → sh → tsx. */
const DEEPEST = 10;

/** Looks up the processes that started this one. */
export function launchChain(table: ProcessTable, parent = process.ppid): LaunchChain {
  const passed: Link[] = [];
  for (let pid = parent; pid > 1 && passed.length < DEEPEST; ) {
    const entry = table.entryOf(pid);
    if (!entry) break;
    passed.push({ pid, ...entry });
    if (!isLookedThrough(entry.words)) break;
    pid = entry.parent;
  }
  const managers = passed.findLastIndex(({ words }) => managerOf(words) !== undefined) + 1;
  return { parent, managed: passed.slice(0, managers), starter: passed[0] };
}

const isLookedThrough = (words: readonly string[]) =>
  managerOf(words) !== undefined || shellOf(words) !== undefined || isTsx(words);

const managers: ReadonlySet<string> = new Set('npm npx pnpm pnpx yarn yarnpkg bun bunx corepack'.split(' '));
const shells: ReadonlySet<string> = new Set('sh bash dash ash zsh ksh fish busybox'.split(' '));

/** The package manager that a command line starts: `npx` for `npm exec …`. */
export function managerOf(words: readonly string[]): string | undefined {
  const name = nameOf(programOf(words));
  if (name === 'npm' && words[1] === 'exec') return 'npx';
  return managers.has(name) ? name : undefined;
}

/** The shell that runs a script or the command of `-c`; undefined for an interactive shell. */
export function shellOf([first = '', ...operands]: readonly string[]): string | undefined {
  const name = nameOf(first);
  if (!shells.has(name)) return undefined;
  return operands.some((word) => /^-[a-z]*c$/.test(word) || !word.startsWith('-')) ? name : undefined;
}

const isTsx = (words: readonly string[]) => /[\\/]tsx[\\/]dist[\\/]cli\.mjs$/.test(programOf(words));

/** The script if node runs one, else the program. */
function programOf([first = '', ...others]: readonly string[]): string {
  if (!/^node(js)?$/.test(nameOf(first))) return first;
  return others.find((word) => !word.startsWith('-')) ?? first;
}

/** `npx` of `/usr/lib/npm/bin/npx-cli.js`, `yarn` of `yarn-4.1.0.cjs`, `bash` of a login shell's `-bash`. */
const nameOf = (path: string) =>
  basename(path)
    .replace(/^-/, '')
    .replace(/\.([cm]?js|exe)$/, '')
    .replace(/-(cli|\d.*)$/, '');
