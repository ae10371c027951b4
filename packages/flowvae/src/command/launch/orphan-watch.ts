// Notices that what started this process has ended.
import { firstParent } from './first-parent.ts';
import { type LaunchChain, launchChain } from './launch-chain.ts';
import { type ProcessTable, systemTable } from './process-table.ts';

/** What is watched; by default this process. */
export interface Watched {
  readonly table?: ProcessTable;
  /** The id of the parent now. */
  readonly parentNow?: () => number;
  /** The id of the parent when the process began. */
  readonly parentFirst?: number;
}

/**
 * Calls back once when the parent has ended. Where package managers are between, it does so too when one of them has
 * ended, or what started the topmost: `npx` that dies leaves a shell and pnpm behind, which know nothing of it.
 *
 * A process whose parent ends gets another one, the first process of the system or a nearer one that collects orphans;
 * so the parent's id tells. Who begins with such a parent, as under cron or systemd, or in a container, has none that
 * could be missed.
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
  // one that cannot be looked at says nothing: were it gone, its child would have another parent
  return managed.some((link) => {
    const now = table.entryOf(link.pid)?.parent ?? link.parent;
    return link.parent > 1 && now !== link.parent;
  });
}
