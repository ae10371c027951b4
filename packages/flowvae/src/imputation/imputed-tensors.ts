// Imputed rows as a safetensors file.
import { widthOfDatum } from '@flowvae/datasets';
import { writeRowTensors } from '../files/row-sink.ts';
import type { Experiment } from '../run/experiment.ts';
import { modelMetadata } from '../run/model-metadata.ts';
import { type ImputedRows, type ImputeRowsOptions, imputeRows } from './impute-rows.ts';

/**
 * Writes float32 tensors, in the order and the units of the data: `mean` [n, P] with observed values as they are;
 * `deviation` [n, P], the root of the variance, 0 where observed; `draws` [n, M, P], whole rows; `mask` [n, P];
 * `effective_sample_size` [n], NaN for a row without missing entries.
 *
 * @throws as {@link imputeRows}, and if the file cannot be written
 */
export async function writeImputedTensors(
  path: string,
  parts: Experiment,
  options: ImputeRowsOptions,
): Promise<ImputedRows> {
  const { draws, points } = options;
  const [count, width] = [points.count, widthOfDatum(parts.data)];
  const table = [count, width];
  const shapes = { mean: table, deviation: table, draws: [count, draws, width], mask: table };
  const metadata = { ...modelMetadata(parts), samples: String(options.samples), shape: parts.data.shape.join('x') };
  let rows: ImputedRows | undefined;
  await writeRowTensors(path, { shapes: { ...shapes, effective_sample_size: [count] }, metadata }, async (place) => {
    const copies = new Float32Array(draws * width);
    rows = await imputeRows(parts, {
      ...options,
      onRow(index, row, imputed) {
        options.onRow(index, row, imputed);
        const x = row.subarray(0, width);
        if (!imputed) for (let m = 0; m < draws; m++) copies.set(x, m * width);
        place('mean', index, imputed ? Float32Array.from(imputed.mean) : x);
        place('deviation', index, imputed ? Float32Array.from(imputed.variance, Math.sqrt) : new Float32Array(width));
        place('draws', index, imputed?.draws ?? copies);
        place('mask', index, row.subarray(width, 2 * width));
        place('effective_sample_size', index, Float32Array.of(imputed?.effectiveSampleSize ?? Number.NaN));
      },
    });
  });
  return rows!;
}
