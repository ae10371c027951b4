// The device between two sessions stays open, with the programs that were compiled for it, until it fails.
import { ExpectationError } from '@flowvae/tensor';
import { beforeEach, expect, it } from 'vitest';
import { onDevice } from '../../packages/compiler/src/device/device-failure.ts';
import { holdDevice, letDeviceGo } from '../../packages/compiler/src/device/held-device.ts';
import type { Runtime } from '../../packages/compiler/src/sessions/runtime.ts';

const counted = { created: 0, released: 0 };
let isBroken = false;

const session = { release: async () => void counted.released++ };
const create = async () => {
  counted.created++;
  if (isBroken) throw new Error('no adapter\nat native code');
  return session;
};
const runtime = { InferenceSession: { create } } as unknown as Runtime;

beforeEach(async () => {
  await letDeviceGo();
  Object.assign(counted, { created: 0, released: 0 });
  isBroken = false;
});

it('holdDevice opens one session for all that come later', async () => {
  await Promise.all([holdDevice(runtime), holdDevice(runtime)]);
  await holdDevice(runtime);
  expect(counted).toEqual({ created: 1, released: 0 });
});

it('onDevice lets a device go that fails, so that the next session opens it anew', async () => {
  await holdDevice(runtime);
  const lost = onDevice(() => Promise.reject(new Error('device lost\nat native code')));
  await expect(lost).rejects.toMatchObject({ name: 'ExpectationError', received: 'device lost' });
  await holdDevice(runtime);
  expect(counted).toEqual({ created: 2, released: 1 });
});

it('onDevice keeps the device where a caller made the mistake', async () => {
  await holdDevice(runtime);
  const mistake = new ExpectationError({ where: 'here', expected: 'one', received: 'two' });
  await expect(onDevice(() => Promise.reject(mistake))).rejects.toBe(mistake);
  expect(counted.released).toBe(0);
});

it('holdDevice tries again after a device that did not open', async () => {
  isBroken = true;
  await expect(onDevice(() => holdDevice(runtime))).rejects.toThrow('got no adapter');
  isBroken = false;
  await holdDevice(runtime);
  expect(counted.created).toBe(2);
});
