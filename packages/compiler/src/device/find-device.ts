// Finds a graphics card that ONNX Runtime can use, and its name.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** A device that can be used. */
export interface Device {
  /**
   * Names and drivers of the machine's devices, where Vulkan tells them, for records: equal bytes need an equal device
   * and driver.
   */
  readonly name: string;
}

let looking: Promise<Device | string> | undefined;

/** The longest time that a device may take to answer, ms. */
const PATIENCE = 60_000;

/**
 * Looks once for a device; the reason if none is usable.
 *
 * A process of its own tries it: a driver that fails ends that process only, and its warnings are not the user's.
 */
export function findDevice(): Promise<Device | string> {
  looking ??= new Promise((resolve) => {
    const probe = fileURLToPath(new URL('./probe.js', import.meta.url));
    execFile(process.execPath, [probe], { timeout: PATIENCE }, (error, stdout, stderr) => {
      resolve(error ? reasonIn(stderr, error) : deviceIn(stdout));
    });
  });
  return looking;
}

/** The last line is the probe's own: a driver may print others. */
function deviceIn(stdout: string): Device | string {
  try {
    return JSON.parse(stdout.trim().split('\n').at(-1)!) as Device;
  } catch {
    return 'the trial of the device gave no answer that could be read';
  }
}

/** The remedy for a known message of the driver's loader. */
const remedies: readonly (readonly [RegExp, string])[] = [
  [/libvulkan|vulkan-1/i, 'the Vulkan loader is missing: install libvulkan1, or the driver of the card'],
  [
    /No supported adapters|Failed to get a WebGPU adapter/i,
    'no driver offers a device: install the driver of the card',
  ],
];

function reasonIn(stderr: string, error: Error & { readonly killed?: boolean; readonly signal?: unknown }): string {
  const known = remedies.find(([pattern]) => pattern.test(stderr));
  if (known) return known[1];
  if (error.killed) return `the device gave no answer within ${PATIENCE / 1000} s`;
  const last =
    stderr
      .trim()
      .split('\n')
      .findLast((line) => line.includes('Error')) ?? error.message;
  return last.trim().split('\n')[0]!;
}
