// Notices the end of the process that started this one.
import { firstParent } from './first-parent.ts';
import { type LaunchChain, launchChain } from './launch-chain.ts';
import { type ProcessTable, systemTable } from './process-table.ts';

/** The watched process; by default this one. */
export interface Watched {
  readonly table?: ProcessTable;
  /** The id of the parent now. */
  readonly parentNow?: () => number;
  /** The id of the parent when the process began. */
  readonly parentFirst?: number;
}

/**
 * Calls back once when the parent has ended. With package managers in between, it also calls back when one of them has
 * ended, or the parent of the topmost one: a dead `npx` leaves a shell and pnpm behind, which do not notice.
 *
 * When its parent ends, a process gets another one: the system's first process or a nearer one that collects orphans.
 * So the parent's id changes. A process that starts under the first process, as with cron, systemd or in a container,
 * has no parent that can end.
 *
 * @returns ends the watch; it does not keep the process alive
 */
export function watchParent(onOrphaned: () => void, watched: Watched = {}): () => void {
  const { table = systemTable(), parentNow = () => process.ppid, parentFirst = firstParent } = watched;
  const chain = launchChain(table, parentFirst);
  const timer = setInterval(() => {
    if (!isOrphaned(chain, table, parentNow())) return;
    clearInterval(timer);
    onOrphaned();
  }, table.interval).unref();
  return () => clearInterval(timer);
}

function isOrphaned({ parent, managed }: LaunchChain, table: ProcessTable, parentNow: number): boolean {
  if (parent > 1 && parentNow !== parent) return true;
  // a process that cannot be read does not count: if it had ended, its child would have another parent
  return managed.some((link) => {
    const now = table.entryOf(link.pid)?.parent ?? link.parent;
    return link.parent > 1 && now !== link.parent;
  });
}
