// `flowvae sweep cancel`: asks the process of a sweep for a clean stop.
import { isHere, liveHolder } from '@flowvae/runs/plain';
import { ExpectationError } from '@flowvae/tensor/plain';

export function cancelAction(folder: string): void {
  const holder = liveHolder(folder);
  if (!holder || !isHere(holder)) {
    const received = holder ? `one that ${holder.host} is doing` : 'none';
    throw new ExpectationError({ where: folder, expected: 'a sweep that this machine is doing', received });
  }
  process.kill(holder.pid, 'SIGTERM');
  process.stdout.write(`${folder}: process ${holder.pid} stops its runs; each can go on\n`);
}
