// Asks the browser for a graphics card.
import type { Device } from '../device/find-device.ts';

/** The used part of WebGPU's types. */
interface Gpu {
  requestAdapter(): Promise<{
    readonly info?: Readonly<Record<'vendor' | 'architecture' | 'description', string>>;
  } | null>;
}

let looking: Promise<Device | string> | undefined;

/** Looks once for a device; the reason if none is usable. */
export function findDevice(): Promise<Device | string> {
  looking ??= look();
  return looking;
}

async function look(): Promise<Device | string> {
  const { gpu } = navigator as unknown as { readonly gpu?: Gpu };
  if (!gpu) return 'this browser, or this address, has no WebGPU';
  const adapter = await gpu.requestAdapter();
  if (!adapter) return 'this browser found no graphics card that WebGPU supports';
  const { vendor = '', architecture = '', description = '' } = adapter.info ?? {};
  return { name: [vendor, architecture, description].filter((part) => part !== '').join(' ') || 'unknown' };
}
