// Validation curves by posterior: ours from the results, PyTorch's from the files of sylvester_torch.py.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { otherBits } from '../reproduce/own-data.ts';
import { type VaeResult, vaeResult } from '../reproduce/vae-result.ts';
import { grouped } from '../table2/seeds.ts';
import { type PosteriorName, posteriorNames } from './published.ts';

/** A result of this experiment. */
export type SylvesterResult = VaeResult & { readonly set: Readonly<z.infer<typeof setSchema>> };

/** The settings that have a part in a posterior. */
const settingsOf = {
  none: ['warmUp'],
  planar: ['layers', 'warmUp'],
  iaf: ['layers', 'width', 'warmUp'],
  orthogonal: ['layers', 'columns', 'warmUp'],
  householder: ['layers', 'mirrors', 'warmUp'],
  triangular: ['layers', 'warmUp'],
} as const satisfies Readonly<Record<PosteriorName, readonly (keyof z.infer<typeof setSchema>)[]>>;

const setSchema = z.object({
  posterior: z.enum(posteriorNames),
  layers: z.number(),
  columns: z.number(),
  mirrors: z.number(),
  width: z.number(),
  /** Epochs until β is 1. */
  warmUp: z.number(),
});

const resultSchema = vaeResult.extend({ set: setSchema });

/** @throws ZodError for a result of another experiment */
const asResult = (result: unknown): SylvesterResult => resultSchema.parse(result);

const peerSchema = setSchema.extend({
  seed: z.number(),
  /** A file of weights with which it began, in place of its own draw. */
  start: z.string().optional(),
  steps: z.number(),
  /** [step, −ELBO] */
  validationCurve: z.array(z.tuple([z.number(), z.number()])),
  parameters: z.number(),
  msPerStep: z.number(),
  threads: z.number(),
  torch: z.string(),
});

/** A run of sylvester_torch.py. */
export type PeerRun = Readonly<z.infer<typeof peerSchema>>;

const folder = fileURLToPath(new URL('peer/', import.meta.url));

/** The committed runs of sylvester_torch.py. */
export const peerRuns = (): readonly PeerRun[] =>
  existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => name.endsWith('.json'))
        .toSorted()
        .map((name) => peerSchema.parse(JSON.parse(readFileSync(`${folder}${name}`, 'utf8'))))
    : [];

/**
 * Results of one posterior, its settings, length and draw of the bits, and the runs of sylvester_torch.py that are like
 * them.
 */
export interface SylvesterGroup {
  readonly posterior: PosteriorName;
  readonly runs: readonly SylvesterResult[];
  /** None where the bits are not the project's draw. */
  readonly peers: readonly PeerRun[];
}

/** Groups of equal runs but for their seeds, in the order of lengths, and of posteriors in the published table. */
export function groupsOf(results: readonly unknown[], peers: readonly PeerRun[] = peerRuns()): SylvesterGroup[] {
  const all = results.map(asResult);
  const keyOf = ({ steps, set, ...run }: SylvesterResult) =>
    [
      steps,
      posteriorNames.indexOf(set.posterior),
      ...settingsOf[set.posterior].map((name) => set[name]),
      run.samples,
      ...otherBits({ set, steps, ...run }),
    ].join(' ');
  const byKey = grouped(all, keyOf);
  const inOrder = [...byKey.values()].toSorted(
    ([a], [b]) =>
      a!.steps - b!.steps || posteriorNames.indexOf(a!.set.posterior) - posteriorNames.indexOf(b!.set.posterior),
  );
  return inOrder.map((runs) => {
    const [first] = runs as [SylvesterResult];
    const isLike = (peer: PeerRun) =>
      peer.steps === first.steps &&
      peer.posterior === first.set.posterior &&
      peer.start === undefined &&
      settingsOf[first.set.posterior].every((name) => peer[name] === first.set[name]);
    const like = otherBits(first).length === 0 ? peers.filter(isLike) : [];
    return { posterior: first.set.posterior, runs, peers: like };
  });
}

/** A mean over runs, and its standard error, NaN for one run. */
export interface Mean {
  readonly mean: number;
  readonly error: number;
  readonly values: readonly number[];
}

/** Mean and standard error. */
export function meanOf(values: readonly number[]): Mean {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, error: Math.sqrt(squares / (values.length - 1) / values.length), values };
}

/** The curve of several runs, by step: the steps that all have. */
export function meanCurve(curves: readonly (readonly (readonly [number, number])[])[]): ReadonlyMap<number, Mean> {
  const [first = [], ...others] = curves;
  const at = (curve: (typeof curves)[number], step: number) => curve.find(([other]) => other === step)?.[1];
  const shared = first.filter(([step]) => others.every((curve) => at(curve, step) !== undefined));
  return new Map(shared.map(([step]) => [step, meanOf(curves.map((curve) => at(curve, step)!))] as const));
}
