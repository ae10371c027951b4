// `flowvae data <source>`: the work.
import { existsSync, readFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import type { DataSet } from '@flowvae/datasets';
import { readSourceText } from '@flowvae/datasets/plain';
import { ProgressLine, writeFileAtomically } from '@flowvae/runs';
import { type CheckedSettings, vocabularyOfSettings } from '../../config/checked-settings.ts';
import { chosenForData } from '../../config/data-choice.ts';
import { nameOf } from '../../definition/own-experiment.ts';
import { hasDensity } from '../../density/density-settings.ts';
import { dataFacts, sourceKinds } from '../../report/data/data-facts.ts';
import { dataSheet } from '../../report/data/data-sheet.ts';
import { describeFacts } from '../../report/data/data-text.ts';
import { labelled } from '../../report/data/text-layout.ts';
import { ownModelIn } from '../../report/picture-parts.ts';
import { withoutAdvice } from '../../run/reading/data-advice.ts';
import { readSourcedData, type SourcedData } from '../../run/reading/read-data.ts';
import { invocation } from '../invocation.ts';
import { inShell } from '../shell-words.ts';
import type { DataTask } from '../tasks.ts';
import { progressTo } from '../verbosity.ts';

export async function dataAction({
  named,
  settings,
  trainWords,
  densityWords,
  out,
  json,
  quiet,
}: DataTask): Promise<void> {
  const { own } = settings;
  const { readers } = vocabularyOfSettings(settings);
  const line = new ProgressLine(progressTo(process.stderr, { quiet }));
  const show = laterOf(line);
  const { set, source } = await openedData(settings, show).finally(() => line.end());
  try {
    const { likelihood, binarize, standardize } = chosenForData(settings, set.description).config;
    const chosen = { likelihood, binarize, standardize };
    const model = ownModelIn({ plan: { own, data: set.description } });
    show('adds up columns and the checksum');
    const kinds = source === undefined ? [`a set that ${basename(named)} makes`] : sourceKinds(source, readers);
    const facts = dataFacts(set, kinds);
    line.end();
    const sheet = writeSheet(set, own ? nameOf(own) : baseOf(named), out);
    const lineOf = (command: string, words: readonly string[]) =>
      `${invocation()} ${command} ${words.map(inShell).join(' ')}`;
    const train = lineOf('train', trainWords);
    const density = densityWords && hasDensity(set.description) ? lineOf('density', densityWords) : undefined;
    const commands = [train, ...(density === undefined ? [] : [`or ${density}`])];
    const text = json
      ? JSON.stringify({
          source: named,
          ...facts,
          run: { ...chosen, ...(model ? { model } : {}) },
          train,
          ...(density === undefined ? {} : { density }),
          sheet,
        })
      : [describeFacts(facts, { ...chosen, model }), labelled('to train', commands), labelled('sheet', [sheet])].join(
          '\n',
        );
    process.stdout.write(`${text}\n`);
  } finally {
    line.end();
    set.close();
  }
}

/** Small data need no progress. */
const PATIENCE_MS = 1000;

/** Shows states from a second on. */
function laterOf(line: ProgressLine): (state: string) => void {
  const began = performance.now();
  return (state) => {
    if (performance.now() - began > PATIENCE_MS) line.show(state);
  };
}

async function openedData(settings: CheckedSettings, show: (state: string) => void): Promise<SourcedData> {
  const { config, formulas, own } = settings;
  const { readers } = vocabularyOfSettings(settings);
  try {
    return await readSourcedData(config, {
      own,
      readers,
      counts: formulas.likelihood?.data === 'counts',
      onProgress: (share) => show(`looked at ${Math.floor(100 * share)} % of the values`),
    });
  } catch (error) {
    throw withoutAdvice(error);
  }
}

/** @returns the path of the picture */
function writeSheet(set: DataSet, base: string, out: string | undefined): string {
  const png = dataSheet(set);
  const path = out ?? freeName(`${base}-data`, png);
  writeFileAtomically(path, png);
  return path;
}

/** `flowers` of `data/flowers.csv`. */
const baseOf = (source: string): string =>
  basename(resolve(readSourceText(source)[0]!.path)).replace(/\.[a-z]\w*(\.gz)?$/i, '');

/** A name that no file has, but for one that holds this very picture. */
function freeName(base: string, png: Uint8Array): string {
  for (let n = 1; ; n++) {
    const path = `${base}${n === 1 ? '' : `-${n}`}.png`;
    if (!existsSync(path) || readFileSync(path).equals(png)) return path;
  }
}
