// `--config <file>`: settings from a JSON file, the same object as a run's config.json.
import { readFileSync } from 'node:fs';
import { ExpectationError } from '@flowvae/tensor';
import type { TrainConfig } from '../settings.ts';
import { checkSettings } from '../train-config.ts';

/** What a run adds to the settings in its config.json: what was true of it, not what is asked for. */
const FACTS = ['versions', 'dataSha256', 'sha256'];

/**
 * The settings in a file; it need not have all.
 *
 * @throws ExpectationError naming the file, and the first setting in it that is unknown or not acceptable
 */
export function readConfigFile(path: string): Partial<TrainConfig> {
  const given = Object.entries(readObject(path)).filter(([name]) => !FACTS.includes(name));
  return checkSettings(Object.fromEntries(given), path);
}

function readObject(path: string): object {
  const where = `--config ${path}`;
  const expected = 'a JSON object, like the config.json of a run';
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new ExpectationError({ where, expected, received: code === 'ENOENT' ? 'no such file' : String(code) });
  }
  const value = parsed(text);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  const received = value === undefined ? 'what is no JSON' : JSON.stringify(value).slice(0, 40);
  throw new ExpectationError({ where, expected, received });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
