// `flowvae sweep cancel`: asks the process of a sweep for a clean stop, and a scheduler for that of its jobs.
import { isHere, liveHolder } from '@flowvae/runs/plain';
import { cancelArrays, type Scheduler } from '@flowvae/sweeps';
import { ExpectationError } from '@flowvae/tensor/plain';

/** @param scheduler one that may have jobs of the sweep */
export async function cancelAction(folder: string, scheduler: Scheduler | undefined): Promise<void> {
  const holder = liveHolder(folder);
  const pid = holder && isHere(holder) ? holder.pid : undefined;
  if (pid !== undefined) process.kill(pid, 'SIGTERM'); // first, for it might submit more
  const jobs = scheduler ? await cancelArrays(scheduler, folder) : 0;
  if (jobs > 0) process.stdout.write(`${folder}: ${scheduler!.name} stops ${jobs} jobs; each run can go on\n`);
  else if (pid !== undefined) {
    process.stdout.write(`${folder}: process ${pid} stops its runs; each can go on\n`);
  } else {
    const received = holder ? `one that ${holder.host} is doing` : 'none';
    throw new ExpectationError({ where: folder, expected: 'a sweep that this machine is doing', received });
  }
}
