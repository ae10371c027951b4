// Samples of a model as files of values.
import { extname } from 'node:path';
import { type Covariate, widthOfDatum } from '@flowvae/datasets';
import { isDensity } from '@flowvae/density';
import { writePiecesAtomically } from '@flowvae/runs';
import { settingsInEffect } from '../../definition/settings-in-effect.ts';
import { csvLine, rowFields } from '../../files/csv-rows.ts';
import { npyHeader } from '../../files/npy-header.ts';
import { bytesOf, writeLines, writeRowTensors } from '../../files/row-sink.ts';
import { datumColumns } from '../../report/datum-columns.ts';
import { widthOfAll } from '../covariates/conditioning.ts';
import { covariateColumns } from '../covariates/covariate-columns.ts';
import type { ModelParts } from '../experiment.ts';
import { modelMetadata } from '../model-metadata.ts';
import { type PriorSamplesOptions, priorSamples } from './prior-samples.ts';

/**
 * Writes samples, in the units of the data (levels as k/255); by the ending of the name:
 *
 * - `.csv`: a row for each, with the columns' names and classes;
 * - `.npy`: x, float32 [n, …shape of a datum];
 * - `.safetensors`: the same as `x`, and `z` [n, D], the latents; `condition` [n, W] of a conditional model.
 *
 * @returns shapes by name; none for CSV
 * @throws ExpectationError if the file cannot be written; the signal's reason after an abort, which leaves no file
 */
export async function writeSamples(
  path: string,
  parts: ModelParts,
  options: PriorSamplesOptions,
): Promise<Readonly<Record<string, readonly number[]>>> {
  const { data, model } = parts;
  const width = widthOfDatum(data);
  const x = [options.count, ...data.shape];
  const ending = extname(path).toLowerCase();
  if (ending === '.csv') {
    await writeTable(path, parts, options);
    return {};
  }
  if (ending === '.npy') {
    const header = npyHeader(x);
    await writePiecesAtomically(path, async (write) => {
      write(header, 0);
      for await (const block of priorSamples(parts, options))
        write(bytesOf(block.x), header.length + 4 * width * block.first);
    });
    return { x };
  }
  const { covariates } = parts.plan;
  const given = widthOfAll(covariates);
  const labels = given > 0 ? { [LABELS]: [options.count, given] } : {};
  const shapes = { x, z: [options.count, model.latent], ...labels };
  await writeRowTensors(
    path,
    { shapes, metadata: { ...samplesMetadata(parts, options), ...conditionMetadata(covariates) } },
    async (place) => {
      for await (const block of priorSamples(parts, options)) {
        place('x', block.first, block.x);
        place('z', block.first, block.z);
        if (given > 0) place(LABELS, block.first, block.y);
      }
    },
  );
  return shapes;
}

/** The model, and the values of x. */
function samplesMetadata(parts: ModelParts, { values }: PriorSamplesOptions): Readonly<Record<string, string>> {
  const { plan, model } = parts;
  const { prior } = settingsInEffect(plan).options;
  const x = isDensity(model) ? 'draws of p(x)' : `${values} of p(x|z)`;
  return { ...modelMetadata(parts), ...(prior === undefined ? {} : { prior: plan.config.prior }), x };
}

/** The array of covariates. */
const LABELS = 'condition';

/** Names, widths and classes of its columns, in their order. */
const conditionMetadata = (covariates: readonly Covariate[]): Readonly<Record<string, string>> =>
  covariates.length === 0
    ? {}
    : { condition: JSON.stringify(covariates.map(({ name, width, classes }) => ({ name, width, classes }))) };

async function writeTable(path: string, parts: ModelParts, options: PriorSamplesOptions): Promise<void> {
  const columns = datumColumns(parts.data, parts.plan.binarisation);
  const width = widthOfDatum(parts.data);
  const given = covariateColumns(parts.plan.covariates);
  const ofLabels = widthOfAll(parts.plan.covariates);
  await writeLines(path, async (append) => {
    append(csvLine([...columns, ...given].map(({ name }) => name)));
    for await (const { x, y } of priorSamples(parts, options)) {
      for (let row = 0; row * width < x.length; row++) {
        const own = rowFields(x.subarray(row * width, (row + 1) * width), columns);
        append(csvLine([...own, ...rowFields(y.subarray(row * ofLabels, (row + 1) * ofLabels), given)]));
      }
    }
  });
}
