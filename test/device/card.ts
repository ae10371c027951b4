// The graphics card of this machine, or a driver in software; tests that need one say so by name where there is none.
import { findDevice } from '@flowvae/compiler';

const found = await findDevice();

/** Why tests that need a device are skipped, in their names; empty where there is one. */
export const without = typeof found === 'string' ? ` [no device: ${found}]` : '';

/** Whether there is no device. */
export const isMissing = typeof found === 'string';
