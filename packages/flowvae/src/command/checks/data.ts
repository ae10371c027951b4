// `flowvae data <source>`: the checks before the data are read.
import { dataCounts } from '../../config/data-check.ts';
import { flagOf, type SettingName, type TrainConfig } from '../../config/settings.ts';
import { completeSettings } from '../../config/train-config.ts';
import type { DataTask } from '../tasks.ts';
import { checkEnding, checkOutputFile } from './output-file.ts';

/** Options of `data`: how the data are read, and the command's own. */
type DataFlags = Partial<TrainConfig> & Partial<Pick<DataTask, 'out' | 'json' | 'quiet'>>;

export async function dataCommand(source: string, flags: DataFlags): Promise<void> {
  const task = dataTask(source, flags);
  const { dataAction } = await import('../actions/data.ts');
  await dataAction(task);
}

function dataTask(source: string, { out, json = false, quiet = false, ...reading }: DataFlags): DataTask {
  if (out !== undefined) checkEnding(out, ['.png']);
  checkOutputFile(out ?? 'data.png');
  const settings = completeSettings({ ...reading, data: source });
  dataCounts(settings.config);
  const options = Object.entries(reading).flatMap(([name, value]) => [flagOf(name as SettingName), String(value)]);
  return { settings, trainWords: ['--data', source, ...options], out, json, quiet };
}
