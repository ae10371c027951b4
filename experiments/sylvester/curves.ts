// Validation curves by posterior: ours from the results, PyTorch's from the files of peer.py.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { type VaeResult, vaeResult } from '../reproduce/vae-result.ts';
import { type PosteriorName, posteriorNames } from './published.ts';

/** A result of this experiment. */
export type SylvesterResult = VaeResult & { readonly set: { readonly posterior: PosteriorName } };

const resultSchema = vaeResult.extend({ set: z.looseObject({ posterior: z.enum(posteriorNames) }) });

/** @throws ZodError for a result of another experiment */
export const asResult = (result: unknown): SylvesterResult => resultSchema.parse(result);

const peerSchema = z.object({
  posterior: z.enum(posteriorNames),
  layers: z.number(),
  seed: z.number(),
  steps: z.number(),
  /** [step, −ELBO] */
  validationCurve: z.array(z.tuple([z.number(), z.number()])),
  parameters: z.number(),
  msPerStep: z.number(),
  threads: z.number(),
  torch: z.string(),
});

/** A run of peer.py. */
export type PeerRun = Readonly<z.infer<typeof peerSchema>>;

const folder = fileURLToPath(new URL('peer/', import.meta.url));

/** The committed runs of peer.py. */
export const peerRuns = (): readonly PeerRun[] =>
  existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => name.endsWith('.json'))
        .toSorted()
        .map((name) => peerSchema.parse(JSON.parse(readFileSync(`${folder}${name}`, 'utf8'))))
    : [];

/** A mean over runs, and its standard error, NaN for one run. */
export interface Mean {
  readonly mean: number;
  readonly error: number;
  readonly runs: number;
}

/** Mean and standard error. */
export function meanOf(values: readonly number[]): Mean {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, error: Math.sqrt(squares / (values.length - 1) / values.length), runs: values.length };
}

/** The curve of several runs, by step: the steps that all have. */
export function meanCurve(curves: readonly (readonly (readonly [number, number])[])[]): ReadonlyMap<number, Mean> {
  const [first = [], ...others] = curves;
  const at = (curve: (typeof curves)[number], step: number) => curve.find(([other]) => other === step)?.[1];
  const shared = first.filter(([step]) => others.every((curve) => at(curve, step) !== undefined));
  return new Map(shared.map(([step]) => [step, meanOf(curves.map((curve) => at(curve, step)!))] as const));
}
