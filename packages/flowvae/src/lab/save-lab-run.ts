// Makes a run folder of a model that was trained in the lab's page.
import { join } from 'node:path';
import { RunFolder, writeFileAtomically } from '@flowvae/runs';
import { assignParameters, decodeSafetensors, ExpectationError, parameterCount } from '@flowvae/tensor';
import { completeSettings } from '../config/train-config.ts';
import { freshFolder } from '../files/fresh-folder.ts';
import { experiment } from '../run/experiment.ts';
import { versions } from '../run/versions.ts';

/** Fields of the posted file's metadata, each a text. */
interface PostedFields {
  /** Settings of `train`, JSON. */
  readonly settings: Record<string, unknown>;
  /** The learning curve, JSON. */
  readonly entries: readonly { readonly step: number }[];
  /** Steps that were done. */
  readonly steps: number;
  /** The training, as the page tells of it: pictures, engine, threads, browser, and whether parameters came before. */
  readonly training: Readonly<Record<string, unknown>>;
}

/** The source of the settings, in errors. */
const PAGE = 'the page';

/**
 * Writes the posted model, a safetensors file with its settings as metadata, as a run that the command opens: config,
 * learning curve and parameters. The field `lab` of its config tells how the page trained it; such a run cannot be
 * resumed.
 *
 * @param out the folder; default: a new one in runs/
 * @returns the folder
 * @throws ExpectationError for settings that `train` would refuse, or parameters that are not those of the model
 */
export async function saveLabRun(posted: Uint8Array, out?: string): Promise<{ readonly run: string }> {
  const { tensors, metadata } = decodeSafetensors(posted, PAGE);
  const { settings, entries, steps, training } = fieldsOf(metadata);
  if (training.pictures !== 'digits') refuseOwnPictures();
  const parts = await experiment(completeSettings({ ...settings, steps }, PAGE), { isRead: true });
  try {
    assignParameters(PAGE, parts.model.variables, tensors);
    const { config, data, set, model } = parts;
    const dataSha256 = set.checksum();
    const record = { ...config, ...(dataSha256 === undefined ? {} : { dataSha256 }), dataSet: data, lab: training };
    const run = out ?? freshFolder(`lab-${config.flow}`, config.seed);
    const under = await versions(config.engine);
    const folder = RunFolder.create(run, { ...record, versions: under });
    writeFileAtomically(join(run, 'metrics.jsonl'), entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
    folder.saveModel(model.variables, { flow: config.flow, shape: data.shape.join('x'), steps: String(steps) });
    folder.writeReport({
      steps,
      seed: config.seed,
      engine: config.engine,
      parameters: parameterCount(model.variables),
    });
    return { run };
  } finally {
    parts.set.close();
  }
}

/** @throws ExpectationError: the command has no data of the visitor's */
function refuseOwnPictures(): never {
  const expected = 'a model of the digits that the page brings, whose data the command has';
  throw new ExpectationError({ where: PAGE, expected, received: 'one of other pictures' });
}

/** @throws ExpectationError for a file that the page did not write */
function fieldsOf(metadata: Readonly<Record<string, string>>): PostedFields {
  try {
    const [settings, entries] = [JSON.parse(metadata.settings!), JSON.parse(metadata.entries!)];
    const training = JSON.parse(metadata.training!);
    const steps = Number(metadata.steps);
    if (!Array.isArray(entries) || !(Number.isInteger(steps) && steps > 0)) throw new TypeError('no entries or steps');
    return { settings, entries, steps, training };
  } catch {
    throw new ExpectationError({
      where: PAGE,
      expected: 'a safetensors file with settings, entries, training and steps as metadata',
      received: Object.keys(metadata).join(', ') || 'none of them',
    });
  }
}
