// Other processes as the system lists them: parent, command line, and whether SIGTERM ends them.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';

/** The system's entry for a process. */
export interface ProcessEntry {
  readonly parent: number;
  /** Words of the command line, or of the title that the process gave itself. */
  readonly words: readonly string[];
  /** Whether SIGTERM ends it; undefined where the system does not say. */
  readonly endsBySigterm: boolean | undefined;
}

/** The system's list of processes. */
export interface ProcessTable {
  /** Undefined if the process has ended or may not be read. */
  entryOf(pid: number): ProcessEntry | undefined;
  /** Milliseconds between two looks; the looks cost a run nothing measurable. */
  readonly interval: number;
}

/** Linux: files under /proc, read in some microseconds. */
export const procTable: ProcessTable = {
  interval: 500,
  entryOf(pid) {
    try {
      const status = readFileSync(`/proc/${pid}/status`, 'utf8');
      const parts = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').filter(Boolean);
      const parent = Number(/^PPid:\s*(\d+)$/m.exec(status)![1]);
      // a title, such as npm's "npm exec …", is one text instead of separate words
      const words = parts.length === 1 ? parts[0]!.split(/ +/) : parts;
      return { parent, words, endsBySigterm: !isHandled(status, constants.signals.SIGTERM) };
    } catch {
      return undefined;
    }
  },
};

/** Whether a process catches or ignores a signal: SigIgn and SigCgt are bit masks in which signal n is bit n − 1. */
function isHandled(status: string, signal: number): boolean {
  const mask = (name: string) => BigInt(`0x${new RegExp(`^${name}:\\s*([0-9a-f]+)$`, 'm').exec(status)![1]}`);
  return (((mask('SigIgn') | mask('SigCgt')) >> BigInt(signal - 1)) & 1n) === 1n;
}

/** macOS and others: a `ps` for each look, which takes some milliseconds. */
export const psTable: ProcessTable = {
  interval: 10_000,
  entryOf(pid) {
    const ps = spawnSync('ps', ['-o', 'ppid=', '-o', 'command=', '-p', `${pid}`], { encoding: 'utf8', timeout: 2000 });
    const [, parent, command] = /^\s*(\d+)\s+(.*\S)/.exec(ps.stdout ?? '') ?? [];
    if (parent === undefined || command === undefined) return undefined;
    return { parent: Number(parent), words: command.split(/\s+/), endsBySigterm: undefined };
  },
};

/** Windows keeps the parent's id after the parent's end and has no SIGTERM: nothing can be seen there. */
const noTable: ProcessTable = { interval: 60_000, entryOf: () => undefined };

/** The list of this system. */
export function systemTable(): ProcessTable {
  if (process.platform === 'win32') return noTable;
  return existsSync('/proc/self/status') ? procTable : psTable;
}
