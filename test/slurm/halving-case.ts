// A sweep by halving on a cluster whose submitting process is killed: it ranks and ends as on one machine.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { JsonReport } from '../flowvae/in-process.ts';
import { tinyData } from '../flowvae/tiny-run.ts';
import { flowvae } from '../processes/programs.ts';

const words = [
  ...['--data', tinyData(), '--latent', '2', '--hidden', '8', '--batch', '10', '--eval-images', '4'],
  ...['--eval-samples', '5', '--grid', 'lr=0.01,0.00001', '--steps', '80', '--halving', '2', '--min-steps', '40'],
  ...['--threads', '1', '--json'],
];

/** Kills the process that waits for the first rung, and goes on. @returns the final report, without the folder */
export async function halvedDespiteKill(out: string, env: NodeJS.ProcessEnv): Promise<JsonReport> {
  const killed = await flowvae(['sweep', ...words, '--runner', 'slurm', '--out', out], {
    env,
    onStderr(text, child) {
      if (/jobs submitted as array/.test(text)) child.kill('SIGKILL');
    },
  });
  expect(killed.signal).toBe('SIGKILL');
  const { code, stdout, stderr } = await flowvae(['sweep', '--resume', out, '--json'], { env });
  expect([code, code === 0 ? '' : stderr]).toEqual([0, '']);
  return { ...JSON.parse(stdout), folder: '' };
}

/** The end of that is the end of a sweep by processes of this machine. */
export async function halvesAsOnOneMachine(folder: string, env: NodeJS.ProcessEnv): Promise<void> {
  const [out, whole] = [join(folder, 'halved'), join(folder, 'halved-here')];
  const report = await halvedDespiteKill(out, env);
  const { stdout } = await flowvae(['sweep', ...words, '--jobs', '2', '--out', whole]);
  expect(report).toEqual({ ...JSON.parse(stdout), folder: '' });
  const model = 'runs/lr-0.01-seed-0/model.safetensors';
  expect(readFileSync(join(out, model)).equals(readFileSync(join(whole, model)))).toBe(true);
}
