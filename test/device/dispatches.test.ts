// The number of programs that a step starts on the device decides its time there.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { dispatchCount } from '@flowvae/compiler';
import { tf } from '@flowvae/tensor';
import { adam, chainOptimizers, clipByGlobalNorm, type Optimizer } from '@flowvae/training';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deviceStep } from '../../packages/training/src/device/device-step.ts';
import { isMissing, without } from './card.ts';
import { stepCase } from './step-cases.ts';

const clipped = chainOptimizers(clipByGlobalNorm(10), adam(1e-3));

/** The dispatches of a step of the default model. */
function dispatchesOf(layers: number, optimizer: Optimizer): number {
  const { problem, variables } = stepCase(`planar*${layers}`, { latent: 40, hidden: [400, 400] });
  return dispatchCount(
    deviceStep({ ...problem, variables, threads: 1, slots: 2 }, optimizer.updateAt({ step: 0 })).graph,
  );
}

beforeEach(() => tf.engine().startScope());
afterEach(() => tf.engine().endScope());

describe('dispatches of a step', () => {
  it.each([
    [10, 330],
    [80, 900],
  ])('with %i planar layers are at most %i', (layers, most) => {
    expect(dispatchesOf(layers, clipped)).toBeLessThanOrEqual(most);
  });

  it('are those on the page of the package', () => {
    const page = readFileSync(new URL('../../packages/training/README.md', import.meta.url), 'utf8');
    const [, few, many] = /planar\*10 starts (\d+) kernels, of planar\*80 (\d+)/.exec(page)!;
    const alone = [10, 80].map((layers) => dispatchesOf(layers, adam(1e-3)));
    expect(alone).toEqual([Number(few), Number(many)]);
    expect([10, 80].map((layers, i) => dispatchesOf(layers, clipped) - alone[i]!)).toEqual([5, 5]);
  });

  it.skipIf(isMissing)(`are those that ONNX Runtime starts${without}`, () => {
    const counted = fileURLToPath(new URL('counted-step.ts', import.meta.url));
    const args = ['--import', import.meta.resolve('tsx'), counted, '3'];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', maxBuffer: 2 ** 27 });
    expect(status).toBe(0);
    const second = stderr.slice(stderr.indexOf('again\n'));
    expect(second.match(/Starting program/g)).toHaveLength(Number(stdout));
  });
});
