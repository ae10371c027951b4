// `flowvae sample <run>`.
import { extname, join } from 'node:path';
import { fold, key } from '@flowvae/random';
import { writeFileAtomically } from '@flowvae/runs';
import { ExpectationError } from '@flowvae/tensor';
import { samplesFigure } from '../report/pictures.ts';
import { openModel } from '../run/saved-run.ts';

interface SampleFlags {
  readonly count: number;
  readonly seed?: number;
  readonly out?: string;
  readonly json: boolean;
}

export async function sampleCommand(run: string, { count, seed = 0, out, json }: SampleFlags): Promise<void> {
  if (out !== undefined && extname(out).toLowerCase() !== '.png') {
    throw new ExpectationError({ where: '--out', expected: 'a name that ends in .png', received: out });
  }
  const { folder, parts } = openModel(run);
  const path = out ?? join(folder.path, 'figures', `samples-seed${seed}.png`);
  writeFileAtomically(path, samplesFigure(parts, count, fold(key(seed), 'samples')));
  process.stdout.write(json ? `${JSON.stringify({ figure: path, count, seed })}\n` : `figure      ${path}\n`);
}
