// `flowvae data <source>`: the work.
import { existsSync, readFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { type DataSet, openData, type ReaderTable } from '@flowvae/datasets';
import { readSourceText } from '@flowvae/datasets/plain';
import { ProgressLine, writeFileAtomically } from '@flowvae/runs';
import { vocabularyOfSettings } from '../../config/checked-settings.ts';
import { chosenForData } from '../../config/data-choice.ts';
import { readingOptions } from '../../config/data-options.ts';
import type { TrainConfig } from '../../config/settings.ts';
import { dataFacts } from '../../report/data/data-facts.ts';
import { dataSheet } from '../../report/data/data-sheet.ts';
import { describeFacts } from '../../report/data/data-text.ts';
import { labelled } from '../../report/data/text-layout.ts';
import { withoutAdvice } from '../../run/data-advice.ts';
import { invocation } from '../invocation.ts';
import { inShell } from '../shell-words.ts';
import type { DataTask } from '../tasks.ts';
import { progressTo } from '../verbosity.ts';

export async function dataAction({ settings, trainWords, out, json, quiet }: DataTask): Promise<void> {
  const { config } = settings;
  const { readers } = vocabularyOfSettings(settings);
  const line = new ProgressLine(progressTo(process.stderr, { quiet }));
  const show = laterOf(line);
  const set = await openedData(config, readers, show).finally(() => line.end());
  try {
    const { likelihood, binarize, standardize } = chosenForData(settings, set.description).config;
    const chosen = { likelihood, binarize, standardize };
    show('adds up columns and the checksum');
    const facts = dataFacts(set, config.data, readers);
    line.end();
    const sheet = writeSheet(set, config.data, out);
    const train = `${invocation()} train ${trainWords.map(inShell).join(' ')}`;
    const text = json
      ? JSON.stringify({ source: config.data, ...facts, run: chosen, train, sheet })
      : [describeFacts(facts, chosen), labelled('to train', [train]), labelled('sheet', [sheet])].join('\n');
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

async function openedData(config: TrainConfig, readers: ReaderTable, show: (state: string) => void): Promise<DataSet> {
  try {
    return await openData(config.data, {
      ...readingOptions(config),
      readers,
      onProgress: (share) => show(`looked at ${Math.floor(100 * share)} % of the values`),
    });
  } catch (error) {
    throw withoutAdvice(error);
  }
}

/** @returns the path of the picture */
function writeSheet(set: DataSet, source: string, out: string | undefined): string {
  const png = dataSheet(set);
  const path = out ?? freeName(sheetName(source), png);
  writeFileAtomically(path, png);
  return path;
}

/** `flowers-data` of `data/flowers.csv`. */
const sheetName = (source: string): string =>
  `${basename(resolve(readSourceText(source)[0]!.path)).replace(/\.[a-z]\w*(\.gz)?$/i, '')}-data`;

/** A name that no file has, but for one that holds this very picture. */
function freeName(base: string, png: Uint8Array): string {
  for (let n = 1; ; n++) {
    const path = `${base}${n === 1 ? '' : `-${n}`}.png`;
    if (!existsSync(path) || readFileSync(path).equals(png)) return path;
  }
}
