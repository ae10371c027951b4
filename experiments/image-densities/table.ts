// The README's table of densities of pictures.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { markdownTable } from '../markdown-table.ts';

/** An estimate and its standard error over test images. */
type Estimate = readonly [value: number, error: number];

/** One trained model; bits per dimension. */
export interface Fit {
  /** By one draw of the dequantisation noise. */
  readonly bound: Estimate;
  /** By the mean of importance weights of several draws. */
  readonly bits: Estimate;
  readonly parameters: number;
}

/** A model in flowvae and in PyTorch. */
export interface Result {
  readonly model: string;
  readonly depth: number;
  readonly width: number;
  readonly steps: number;
  readonly batch: number;
  readonly lr: number;
  readonly lrDecay?: string;
  readonly lrWarmup?: number;
  readonly clip?: number;
  readonly threads: number;
  readonly seed: number;
  readonly images: number;
  readonly samples: number;
  readonly flowvae: Fit & { readonly msPerStep: number };
  /** With its seconds for all steps. */
  readonly pytorch?: Fit & { readonly seconds?: number };
}

/** Grathwohl et al. 2019, arXiv:1810.01367, table 2: MNIST, bits per dimension. */
const published: Readonly<Record<string, number>> = { realnvp: 1.06, glow: 1.05, ffjord: 0.99 };

/** The recorded results in a folder. */
export const readResults = (folder: string): readonly Result[] =>
  ['realnvp', 'glow']
    .map((model) => join(folder, `${model}.json`))
    .filter((path) => existsSync(path))
    .map((path) => JSON.parse(readFileSync(path, 'utf8')) as Result);

const within = ([value, error]: Estimate) => `${value.toFixed(4)} ± ${error.toFixed(4)}`;

/** flowvae's estimate less PyTorch's, and the standard error of independent means. */
export function difference({ flowvae, pytorch }: Result): Estimate | undefined {
  if (!pytorch) return undefined;
  return [flowvae.bits[0] - pytorch.bits[0], Math.hypot(flowvae.bits[1], pytorch.bits[1])];
}

/** Models down; both programs, their difference, and the published number. */
export function densityTable(results: readonly Result[]): string {
  const header = ['model', 'parameters', 'steps', 'flowvae', 'by one draw', 'PyTorch', 'difference', 'published'];
  const rows = results.map((result) => {
    const { model, steps, flowvae, pytorch } = result;
    const apart = difference(result);
    return [
      model,
      flowvae.parameters.toLocaleString('en'),
      steps.toLocaleString('en'),
      within(flowvae.bits),
      within(flowvae.bound),
      pytorch ? within(pytorch.bits) : '–',
      apart ? within(apart) : '–',
      published[model]!.toFixed(2),
    ];
  });
  return markdownTable(header, rows);
}
