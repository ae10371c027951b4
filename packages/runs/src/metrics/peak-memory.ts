// The most memory that this process has had.
import { readFileSync } from 'node:fs';

/**
 * Peak resident memory of this process, MiB.
 *
 * On Linux getrusage begins a process with the peak of the one that started it. The system's own file on the process
 * begins with its program.
 */
export function peakMemoryMiB(): number {
  return (ownPeak() ?? process.resourceUsage().maxRSS) / 1024; // both in KiB
}

/** The peak that Linux tells, KiB; undefined elsewhere. */
function ownPeak(): number | undefined {
  if (process.platform !== 'linux') return undefined;
  try {
    const [, peak] = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
    return peak === undefined ? undefined : Number(peak);
  } catch {
    return undefined; // no /proc in this container
  }
}
