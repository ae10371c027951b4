// `--config <file>`: settings from a JSON file, the same object as a run's config.json.
import { readObject } from '@flowvae/runs/plain';
import { type TrainConfig, unrecordedSettings } from '../../config/settings.ts';
import { checkSettings } from '../../config/train-config.ts';

/** What a run adds to the settings in its config.json: what was true of it, not what is asked for. */
const FACTS = ['versions', 'dataSha256', 'sha256'];

/**
 * The settings in a file; it need not have all. What the config.json of a run lacks did not exist yet, and is what it
 * was then: the same model again.
 *
 * @throws ExpectationError naming the file, and the first setting in it that is unknown or not acceptable
 */
export function readConfigFile(path: string): Partial<TrainConfig> {
  const asked = { where: `--config ${path}`, expected: 'a JSON object, like the config.json of a run' };
  const found = readObject(path, asked);
  const given = Object.fromEntries(Object.entries(found).filter(([name]) => !FACTS.includes(name)));
  const isRecord = FACTS.some((name) => Object.hasOwn(found, name));
  return checkSettings(isRecord ? { ...unrecordedSettings, ...given } : given, path);
}
