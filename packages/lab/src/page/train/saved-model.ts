// A model that leaves the page, and one that enters it: a safetensors file with its settings as metadata.
import { decodeSafetensors, encodeSafetensors } from '@flowvae/tensor/plain';
import type { TrainEntry, TrainSettings } from '../../worker/training-messages.ts';
import type { Snapshot } from './training-session.ts';

/** A model and its past. */
export interface SavedModel {
  readonly settings: TrainSettings;
  readonly entries: readonly TrainEntry[];
  readonly snapshot: Snapshot;
}

/** The file. The settings have the names of the command's options, so that the command makes a run of it. */
export function fileOf({ settings, entries, snapshot }: SavedModel, browser: string): Uint8Array<ArrayBuffer> {
  const { hidden, objective, steps: _, ...others } = settings;
  const named = { ...others, hidden, objective: objective === 'iwae' ? 'iwae(5)' : objective, data: 'mnist' };
  const metadata = {
    settings: JSON.stringify(named),
    entries: JSON.stringify(entries),
    steps: String(snapshot.step),
    browser,
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
  const { objective, ...settings } = JSON.parse(metadata.settings) as TrainSettings & { readonly data: string };
  return {
    settings: { ...settings, objective: String(objective).startsWith('iwae') ? 'iwae' : 'elbo' },
    values: Object.fromEntries(Object.entries(tensors).map(([name, { values }]) => [name, values])),
  };
}

/**
 * Hands the file to the server, which makes a run of it; where none takes it, the browser saves the file.
 *
 * @returns a sentence about the result
 */
export async function save(model: SavedModel): Promise<string> {
  const file = fileOf(model, navigator.userAgent);
  const response = await fetch('save', { method: 'POST', body: file }).catch(() => undefined);
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
