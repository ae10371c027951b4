// `flowvae data <source>`: the checks before the data are read.
import { dataCounts } from '../../config/data-check.ts';
import { flagOf, type SettingName, type TrainConfig } from '../../config/settings.ts';
import { completeSettings } from '../../config/train-config.ts';
import { namedVocabulary, type PluginFlags } from '../plugin-options.ts';
import type { DataTask } from '../tasks.ts';
import { checkEnding, checkOutputFile } from './output-file.ts';

/** Options of `data`: how the data are read, and the command's own. */
type DataFlags = Partial<TrainConfig> & Partial<Pick<DataTask, 'out' | 'json' | 'quiet'>> & Pick<PluginFlags, 'plugin'>;

export async function dataCommand(source: string, flags: DataFlags): Promise<void> {
  const task = await dataTask(source, flags);
  const { dataAction } = await import('../actions/data.ts');
  await dataAction(task);
}

async function dataTask(source: string, flags: DataFlags): Promise<DataTask> {
  const { out, json = false, quiet = false, plugin, ...reading } = flags;
  if (out !== undefined) checkEnding(out, ['.png']);
  checkOutputFile(out ?? 'data.png');
  const vocabulary = await namedVocabulary(plugin);
  const settings = completeSettings({ ...reading, data: source }, '', { vocabulary });
  dataCounts(settings.config, vocabulary);
  const options = Object.entries(reading).flatMap(([name, value]) => [flagOf(name as SettingName), String(value)]);
  const modules = (plugin ?? []).flatMap((name) => ['--plugin', name]);
  return { settings, trainWords: ['--data', source, ...options, ...modules], out, json, quiet };
}
