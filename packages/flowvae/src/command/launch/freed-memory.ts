// The memory of buffers that were freed, outside JavaScript's heap.

/** glibc's names and values of its settings, from malloc.h. */
const [M_TRIM_THRESHOLD, M_MMAP_THRESHOLD] = [-1, -3];

/** Buffers of parameters are larger, those of a batch, which come at each step, smaller; bytes. */
const LARGE = 2 ** 20;

/**
 * Has the C library give the memory of large buffers back to the system when they are freed, for the whole process.
 * Otherwise glibc keeps it: its thresholds grow with each large buffer that is freed, unless somebody sets them, and
 * some 30 MiB more stay in memory while a usual model trains.
 *
 * @returns whether the C library has the setting; glibc has, musl and other systems do not
 */
export async function returnFreedMemory(): Promise<boolean> {
  try {
    const { default: koffi } = await import('koffi');
    const mallopt = koffi.load(null).func('int mallopt(int, int)');
    return mallopt(M_TRIM_THRESHOLD, LARGE) === 1 && mallopt(M_MMAP_THRESHOLD, LARGE) === 1;
  } catch {
    return false; // no such function, or no binary of koffi for this platform
  }
}
