// How much memory an evaluation of the likelihood with most parameters takes, as a process of its own.
import { pathToFileURL } from 'node:url';
import { RunFolder } from '@flowvae/runs';
import { completeConfig, planOf } from 'flowvae';
import { expect, it } from 'vitest';
import { modelOf } from '../../packages/flowvae/src/run/experiment.ts';
import { compiledPath, flowvae } from '../processes/programs.ts';
import { freshPath } from './tiny-run.ts';

/** MiB. */
const MOST = 600;

/** Makes node tell at its end how much memory it had, MiB. */
const telling = `data:text/javascript,${encodeURIComponent(
  `import { isMainThread } from 'node:worker_threads';
   import { peakMemoryMiB } from '${pathToFileURL(compiledPath('packages/runs/src/metrics/peak-memory.ts')).href}';
   if (isMainThread) process.on('exit', () => console.error('peak ' + peakMemoryMiB()));`,
)}`;

it('evaluate takes at most 600 MiB for 256 levels a pixel at the default widths', async () => {
  const out = freshPath();
  const config = completeConfig({ likelihood: 'categorical', binarize: 'none', threads: 1 });
  const { variables } = modelOf(planOf(config));
  const parameters = Object.values(variables).reduce((sum, variable) => sum + variable.size, 0);
  expect((4 * parameters) / 2 ** 20).toBeGreaterThan(300); // MiB that are there in any case
  RunFolder.create(out, config).saveModel(variables, { height: '28', width: '28' });
  const peak = await leastPeak(['evaluate', out, '--eval-images', '2', '--quiet']);
  expect(peak).toBeLessThan(MOST);
  expect(peak).toBeGreaterThan(300);
}, 240_000);

/** A busy machine delays the collection of garbage; a copy of the parameters too many is there at every try. */
async function leastPeak(args: readonly string[]): Promise<number> {
  const peaks: number[] = [];
  while (peaks.length < 3 && !(Math.min(...peaks) < MOST)) {
    const { code, stderr } = await flowvae(args, { env: { NODE_OPTIONS: `--import=${telling}` } });
    const [, peak] = /^peak ([\d.]+)$/m.exec(stderr) ?? [];
    expect([code, Number(peak)]).toEqual([0, expect.any(Number)]);
    peaks.push(Number(peak));
  }
  return Math.min(...peaks);
}
