// Several guides fitted to one target, each in a run folder of its own, and a table that ranks them.
import { join } from 'node:path';
import { failedRow, rankedGuides } from '@flowvae/inference';
import { lockRun, type ProgressStream, RunFolder, writeFileAtomically } from '@flowvae/runs';
import { refuseOtherConfig } from '@flowvae/runs/plain';
import { type HistoryEntry, NonFiniteError } from '@flowvae/training';
import { settingsThatMayDiffer } from '../config/stored-config.ts';
import { folderName } from '../files/fresh-folder.ts';
import { writePictures } from '../report/pictures.ts';
import { version } from '../run/version.ts';
import { versions } from '../run/versions.ts';
import { type CheckedTarget, withGuide } from './checked-target.ts';
import { comparedFigure } from './figures/bound-figure.ts';
import { refuseMisfit } from './fit-options.ts';
import { targetName } from './own-target.ts';
import { configRecord, isBegun, takeChains } from './run-record.ts';
import type { TargetReport } from './target-report.ts';
import { type TargetRunOptions, targetRun } from './target-run.ts';
import { chainSettings, type TargetConfig } from './target-settings.ts';
import { type ComparisonRow, comparisonPage } from './text/comparison-text.ts';

/** A comparison and its files. */
export interface Comparison {
  /** The best first; those that were not fitted before a stop are left out. */
  readonly rows: readonly ComparisonRow[];
  /** The path of the table in Markdown. */
  readonly page: string;
  /** Paths of the figures. */
  readonly figures: readonly string[];
}

const silent: ProgressStream = { write: () => true };

/**
 * Fits guides one after the other into folders under `out`. A resumed comparison keeps the guides that were fitted.
 *
 * @throws ExpectationError for a word that is no guide, before any work, and as `targetRun` does
 */
export async function compareInFolders(
  checked: CheckedTarget,
  words: readonly string[],
  options: TargetRunOptions,
): Promise<Comparison> {
  const { out, progress = silent, signal } = options;
  const guides = words.map((word) => withGuide(checked, word));
  for (const guide of guides) refuseMisfit(guide);
  const folder = await openComparison(checked, words, options);
  const lock = lockRun(out);
  try {
    const rows: ComparisonRow[] = [];
    const places = placesOf(words, out);
    for (const [i, guide] of guides.entries()) {
      if (signal?.aborted) break;
      progress.write(`guide ${i + 1} of ${words.length}: ${words[i]}\n`);
      const row = await rowIn(places.get(guide.config.flow)!, guide, options);
      if (row) rows.push(row);
      lock.keep();
    }
    const ranked = rankedGuides(rows);
    const facts = {
      name: targetName(checked.own),
      dim: checked.target.dim,
      ...checked.config,
      knownLogZ: checked.logZ,
    };
    const page = join(out, 'comparison.md');
    writeFileAtomically(page, comparisonPage(ranked, facts));
    const figure = comparedFigure(
      checked,
      ranked.map(({ guide }) => ({ label: guide, entries: entriesIn(places.get(guide)!) })),
    );
    const pictures = writePictures(figure ? [{ name: 'bound', draw: figure }] : [], { folder, file: options.figures });
    const figures = pictures.map(({ path }) => path);
    folder.writeReport({ name: facts.name, rows: ranked, config: checked.config, version });
    return { rows: ranked, page, figures };
  } finally {
    lock.release();
  }
}

/** Begins the folder of a comparison, or resumes it. @throws ExpectationError for other settings than its own */
async function openComparison(
  checked: CheckedTarget,
  words: readonly string[],
  { out, resume = false, allowDifferentMachine = false }: TargetRunOptions,
): Promise<RunFolder> {
  const { flow: _, ...config } = configRecord(checked, resume ? out : undefined);
  const received = { ...config, compare: words };
  if (!resume) return RunFolder.create(out, { ...received, versions: await versions(checked.config.engine) });
  const folder = RunFolder.claimed(out);
  const { versions: __, ...expected } = folder.readConfig();
  const except = [...settingsThatMayDiffer(allowDifferentMachine), ...chainSettings];
  refuseOtherConfig(`${out}/config.json`, { expected, received, except });
  takeChains(folder, received);
  return folder;
}

/** The row of one guide; undefined if its run was stopped. */
async function rowIn(
  out: string,
  checked: CheckedTarget,
  options: TargetRunOptions,
): Promise<ComparisonRow | undefined> {
  const guide = checked.config.flow;
  const began = performance.now();
  const resume = isBegun(out);
  const done = resume ? finishedReport(out, checked.config) : undefined;
  if (done) options.progress?.write('fitted before\n');
  try {
    const report = done ?? (await targetRun(checked, { ...options, out, resume })).report;
    return rowOf(guide, report);
  } catch (error) {
    if (!(error instanceof NonFiniteError)) throw error;
    const seconds = (performance.now() - began) / 1000;
    return failedRow(guide, { failure: error.message, seconds, parameters: Number.NaN });
  }
}

/** The metrics of a guide's run. */
const entriesIn = (run: string): readonly HistoryEntry[] =>
  RunFolder.claimed(run)
    .readMetrics()
    .filter((entry) => 'terms' in entry) as HistoryEntry[];

/** The report of a run that has its estimate and the wanted chains: it is written last. */
function finishedReport(run: string, wanted: TargetConfig): TargetReport | undefined {
  const report = RunFolder.claimed(run).readReport() as unknown as Partial<TargetReport>;
  const hasEstimate = report.elbo !== undefined && report.elbo !== null;
  const { chains = 0, draws = wanted.chainDraws } = report.chains ?? {};
  const hasChains = chains === wanted.chains && (chains === 0 || draws === wanted.chainDraws);
  return hasEstimate && hasChains ? (report as TargetReport) : undefined;
}

/** Whether chains agree: their worst numbers over all columns. */
function chainFacts({ chains: found }: TargetReport): Pick<ComparisonRow, 'worstRHat' | 'leastEss' | 'divergences'> {
  if (!found) return {};
  const columns = Object.values(found.columns);
  return {
    worstRHat: Math.max(...columns.map(({ rHat }) => rHat)),
    leastEss: Math.min(...columns.flatMap(({ bulkEss, tailEss }) => [bulkEss, tailEss])),
    divergences: found.divergences,
  };
}

function rowOf(guide: string, report: TargetReport): ComparisonRow | undefined {
  const { elbo, elboError, logZ, logZError, paretoK, effectiveSampleSize, samples, parameters, seconds } = report;
  if (elbo === null) return undefined;
  const number = (value: number | null) => value ?? Number.NaN;
  return {
    guide,
    elbo,
    elboError: number(elboError),
    logZ: number(logZ),
    logZError: number(logZError),
    paretoK: number(paretoK),
    effectiveSampleSize: number(effectiveSampleSize),
    ...{ samples, parameters, seconds },
    ...chainFacts(report),
  };
}

/** A folder for each word: `realnvp-4`, with a number appended where another word has the name. */
function placesOf(words: readonly string[], out: string): ReadonlyMap<string, string> {
  const taken = new Set<string>();
  const places = words.map((word) => {
    const base = folderName(word);
    let name = base;
    for (let n = 2; taken.has(name); n++) name = `${base}-${n}`;
    taken.add(name);
    return [word, join(out, name)] as const;
  });
  return new Map(places);
}
