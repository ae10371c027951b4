// `flowvae sweep cancel`: asks the process of a sweep for a clean stop.
import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { readObject } from '@flowvae/runs/plain';
import { ExpectationError } from '@flowvae/tensor/plain';

export function cancelAction(folder: string): void {
  const path = join(folder, 'run.lock');
  const holder = existsSync(path) ? readObject(path) : undefined;
  if (holder?.host !== hostname() || typeof holder.pid !== 'number' || !isAlive(holder.pid)) {
    const received = holder && holder.host !== hostname() ? `one of ${String(holder.host)}` : 'none';
    throw new ExpectationError({ where: folder, expected: 'a sweep that this machine is doing', received });
  }
  process.kill(holder.pid, 'SIGTERM');
  process.stdout.write(`${folder}: process ${holder.pid} stops its runs; each can go on\n`);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
