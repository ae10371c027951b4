// The models of the interop table: files of one small model for each flow, as `flowvae export` writes them, and inputs
// for them.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { flowTable } from '@flowvae/flows/plain';
import { drawBernoulli, drawNormal, drawUniform, key } from '@flowvae/random';
import { completeConfig, type DataDescription, onnxFiles, type PortableModel, planOf } from 'flowvae';
import { modelOf } from '../../packages/flowvae/src/run/experiment.ts';
import { fitsPrior } from '../cases/prior-flows.ts';
import type { Feeds } from '../compiler/export/runtimes.ts';
import { shaken } from '../flowvae/shaken.ts';

const data: DataDescription = { shape: [6, 5, 1], form: 'levels', hasMissing: false };
const [pixels, latent] = [30, 4];

/** Two layers of every flow that a formula can name, but those of pictures, and the diagonal normal. */
export const families: readonly string[] = [
  'none',
  ...Object.entries(flowTable).flatMap(([name, { isOfPictures }]) => (isOfPictures ? [] : [`${name}*2`])),
];

/** Those that can be a prior: their density needs the inverse, at all points. */
export const priors: readonly string[] = families.slice(1).filter((flow) => fitsPrior(flow, latent));

/** The batch sizes that every file is run at. */
export const batches = [1, 7, 100] as const;

/** A file, and the row of the table that it stands for. */
export interface ExportedFile {
  readonly row: string;
  readonly file: string;
  /** One for each batch size. */
  readonly runs: readonly Feeds[];
}

const matrix = (data: Float32Array, rows: number) => ({ data, shape: [rows, data.length / rows] });
const noise = (rows: number, seed: number) => matrix(drawNormal(key(seed), rows * latent), rows);
const images = (rows: number) => matrix(drawBernoulli(key(1), drawUniform(key(2), rows * pixels)), rows);

/** Writes encoders of all families, one decoder, and priors into a folder. */
export async function exportFiles(folder: string): Promise<ExportedFile[]> {
  const encoders = families.map(async (flow) => {
    const { encoder } = await onnxFiles(model({ flow }));
    return written(join(folder, 'encoder', flow), encoder, `encoder, ${flow}`, (rows) => ({
      x: images(rows),
      noise: noise(rows, 3),
    }));
  });
  const decoder = onnxFiles(model({})).then((files) =>
    written(join(folder, 'decoder'), files.decoder, 'decoder', (rows) => ({ z: noise(rows, 4) })),
  );
  const learnt = priors.map(async (prior) => {
    const files = await onnxFiles(model({ prior }));
    return written(join(folder, 'prior', prior), files.prior!, `prior, ${prior}`, (rows) => ({
      noise: noise(rows, 5),
    }));
  });
  return Promise.all([...encoders, decoder, ...learnt]);
}

/** A model whose every parameter differs from its start, as after training. */
function model(changes: { readonly flow?: string; readonly prior?: string }): PortableModel {
  const config = completeConfig({ latent, hidden: [16], seed: 3, ...changes });
  const made = modelOf(planOf(config, data));
  shaken(made.variables);
  return { config, data, model: made };
}

function written(path: string, bytes: Uint8Array, row: string, feedsAt: (rows: number) => Feeds): ExportedFile {
  mkdirSync(path, { recursive: true });
  const file = join(path, 'model.onnx');
  writeFileSync(file, bytes);
  return { row, file, runs: batches.map(feedsAt) };
}
