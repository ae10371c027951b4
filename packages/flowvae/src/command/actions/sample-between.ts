// `flowvae sample <run> --between i,j`: data between two test data, through the latent.
import { extname, join } from 'node:path';
import { imageGrid } from '@flowvae/figures';
import { fold, key } from '@flowvae/random';
import { writeFileAtomically } from '@flowvae/runs';
import { ExpectationError } from '@flowvae/tensor';
import { interpolatedData } from '../../density/interpolations.ts';
import { npyHeader } from '../../files/npy-header.ts';
import { bytesOf } from '../../files/row-sink.ts';
import { imageForm, isPicture, modelImages } from '../../report/image-figures.ts';
import { modelIn } from '../../report/picture-parts.ts';
import { chooseBackend } from '../../run/evaluate-test.ts';
import type { Experiment } from '../../run/experiment.ts';
import { fixedRows } from '../../run/run-data.ts';
import { openCheckedRun } from '../../run/saved-run.ts';
import { checkEnding } from '../checks/requirements/output-file.ts';
import type { SampleTask } from '../tasks.ts';

/** The ends in the test data. */
type Ends = readonly [number, number];

export async function betweenAction(task: SampleTask, ends: Ends): Promise<void> {
  const { run, settings, count, seed, json = false } = task;
  const { folder, parts } = await openCheckedRun(run, settings);
  const hasPictures = isPicture(parts.data);
  const ending = hasPictures ? 'png' : 'npy';
  const name = hasPictures ? join('figures', `between-${ends.join('-')}`) : `between-${ends.join('-')}`;
  const out = task.out ?? join(folder.path, `${name}.${ending}`);
  checkEnding(out, hasPictures ? ['.png', '.npy'] : ['.npy'], { content: 'data between two data' });
  const rows = rowsAt(parts, ends);
  await chooseBackend(parts.config.engine, process.stderr);
  const x = await interpolatedData(parts, [{ rows, key: fold(key(seed), 'between') }], { steps: count });
  writeFileAtomically(out, extname(out).toLowerCase() === '.png' ? gridOf(parts, x, ends) : arrayOf(parts, x, count));
  const report = { samples: out, between: ends, count, seed };
  process.stdout.write(
    json ? `${JSON.stringify(report)}\n` : `samples     ${out}: ${count} from ${ends.join(' to ')}\n`,
  );
}

/** Both rows as the model takes them. @throws ExpectationError for a number beyond the test data */
function rowsAt({ set, plan }: Experiment, ends: Ends): readonly [Float32Array, Float32Array] {
  const points = fixedRows(set, 'test', plan);
  const beyond = ends.find((index) => index >= points.count);
  if (beyond !== undefined) {
    const expected = `numbers below ${points.count}, the number of test data`;
    throw new ExpectationError({ where: '--between', expected, received: String(beyond) });
  }
  const [a, b] = ends.map((index) => points.row(index).slice()) as [Float32Array, Float32Array];
  return [a, b];
}

const COLUMNS = 10;

function gridOf(parts: Experiment, x: Float32Array, ends: Ends): Uint8Array {
  const { images, notFinite } = modelImages(x, parts.data);
  const title = `From test image ${ends[0]} to ${ends[1]}, ${modelIn(parts)}${notFinite}`;
  return imageGrid({ images, ...imageForm(parts.data), columns: COLUMNS, title });
}

function arrayOf({ data }: Experiment, x: Float32Array, count: number): Uint8Array {
  const header = npyHeader([count, ...data.shape]);
  const bytes = new Uint8Array(header.length + 4 * x.length);
  bytes.set(header);
  bytes.set(bytesOf(x), header.length);
  return bytes;
}
