// A model that leaves the page, and one that enters it: a safetensors file with its settings as metadata.
import { decodeSafetensors, encodeSafetensors } from '@flowvae/tensor/plain';
import type { TrainEntry, TrainSettings } from '../../worker/training-messages.ts';
import type { Snapshot } from './training-session.ts';

/** A model and its past. */
export interface SavedModel {
  readonly settings: TrainSettings;
  readonly entries: readonly TrainEntry[];
  readonly snapshot: Snapshot;
  /** The training, for records: pictures, engine, and parameters from before. */
  readonly training: Training;
}

/** Facts of a training that its settings do not have. */
export interface Training {
  /** `own`: of the visitor. */
  readonly pictures: 'digits' | 'own';
  readonly images: number;
  readonly engine: string;
  /** Absent for a fresh start, which the seed can repeat. */
  readonly startedFrom?: string;
}

/** The file. The settings have the names of the command's options, so that the command makes a run of it. */
export function fileOf(
  { settings, entries, snapshot, training }: SavedModel,
  browser: string,
): Uint8Array<ArrayBuffer> {
  const { hidden, objective, engine, steps: _, threads: __, ...others } = settings;
  const named = {
    ...others,
    hidden,
    objective: objective === 'iwae' ? 'iwae(5)' : objective,
    engine: engine === 'webgpu' ? 'compiled' : engine, // the command's machine may have no graphics card
    data: 'mnist',
  };
  const metadata = {
    settings: JSON.stringify(named),
    entries: JSON.stringify(entries),
    steps: String(snapshot.step),
    training: JSON.stringify({ ...training, browser }),
  };
  return encodeSafetensors({ tensors: snapshot.values, metadata }) as Uint8Array<ArrayBuffer>;
}

/** A file that {@link fileOf} wrote, read back. @throws Error for another file */
export async function openedFile(file: File): Promise<{
  readonly settings: Partial<TrainSettings>;
  readonly values: Readonly<Record<string, Float32Array>>;
}> {
  const { tensors, metadata } = decodeSafetensors(new Uint8Array(await file.arrayBuffer()), file.name);
  if (metadata.settings === undefined) throw new Error(`${file.name}: expected a model that this page saved`);
  return {
    settings: settingsIn(metadata.settings, file.name),
    values: Object.fromEntries(Object.entries(tensors).map(([name, { values }]) => [name, values])),
  };
}

/** The known settings of a file, each of its kind. @throws Error for others */
function settingsIn(text: string, name: string): Partial<TrainSettings> {
  const found = JSON.parse(text) as Readonly<Record<string, unknown>>;
  const { flow, objective, hidden } = found;
  const numbers = Object.fromEntries((['latent', 'lr', 'batch', 'seed'] as const).map((each) => [each, found[each]]));
  const areNumbers = [...Object.values(numbers), ...(Array.isArray(hidden) ? hidden : [undefined])].every(
    (value) => typeof value === 'number' && Number.isFinite(value),
  );
  if (!areNumbers || typeof flow !== 'string') throw new Error(`${name}: expected the settings of a training`);
  const kind = String(objective).startsWith('iwae') ? 'iwae' : 'elbo';
  return { ...numbers, flow, hidden: hidden as number[], objective: kind };
}

/**
 * Hands the file to the server, which makes a run of it; where none takes it, the browser saves the file.
 *
 * @returns a sentence about the result
 */
export async function save(model: SavedModel): Promise<string> {
  const file = fileOf(model, navigator.userAgent);
  const isServed =
    document.querySelector('meta[name="flowvae-served"]') !== null && model.training.pictures === 'digits';
  const response = isServed ? await fetch('save', { method: 'POST', body: file }).catch(() => undefined) : undefined;
  const told = response?.headers.get('content-type')?.includes('json') ? await response.json() : undefined;
  if (response?.ok && told?.run) return `Saved as the run ${told.run}: try “flowvae evaluate ${told.run}”.`;
  if (told?.error) throw new Error(told.error);
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([file]));
  link.download = `lab-${model.settings.flow.replace(/\W+/g, '-')}.safetensors`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  return `Saved as the file ${link.download}, which this page opens.`;
}
