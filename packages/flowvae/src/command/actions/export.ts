// `flowvae export <run>`: the work.
import { join } from 'node:path';
import { makeFolder, writeFileAtomically } from '@flowvae/runs';
import type { Plan } from '../../config/plan.ts';
import { type OnnxFiles, onnxFiles } from '../../portable/onnx-files.ts';
import { type PortableModel, saveModel } from '../../portable/portable-model.ts';
import { openModel } from '../../run/saved-run.ts';
import type { ExportTask } from '../tasks.ts';

const NO_PRIOR_FILE = 'no file: z ~ N(0, I)';

export async function exportAction({ run, settings, onnx, model, json = false }: ExportTask): Promise<void> {
  const { plan, config, data, model: trained } = (await openModel(run, settings)).parts;
  const exported = { config, data, model: trained, own: plan.own };
  const paths = onnx === undefined ? {} : await writeOnnx(onnx, exported, plan);
  if (model !== undefined) saveModel(model, exported);
  const written = { ...paths, ...(model === undefined ? {} : { model }) };
  const lines = Object.entries(written).map(([part, path]) => `${part.padEnd(12)}${path ?? NO_PRIOR_FILE}\n`);
  process.stdout.write(json ? `${JSON.stringify(written)}\n` : lines.join(''));
}

/** Paths of the files; null for the prior N(0, I), which has no file. */
async function writeOnnx(
  folder: string,
  model: PortableModel,
  plan: Plan,
): Promise<Record<keyof OnnxFiles, string | null>> {
  const files = await onnxFiles(model, plan);
  makeFolder(folder, 'onnx');
  const write = (part: keyof OnnxFiles): string | null => {
    const bytes = files[part];
    if (!bytes) return null;
    const path = join(folder, `${part}.onnx`);
    writeFileAtomically(path, bytes);
    return path;
  };
  return { encoder: write('encoder'), decoder: write('decoder'), prior: write('prior') };
}
