// The run folder: what it holds, how it is claimed, how it is read back.
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ExpectationError, type NamedVariables } from '@flowvae/tensor';
import { makeFolderDurably, writeFileAtomically, writeRefused } from '../files/atomic-file.ts';
import { readSealed, sealed } from '../files/checksum.ts';
import { makeFolder } from '../files/make-folder.ts';
import { readParameters, type StoredParameters, storedParameters, writeParameters } from '../files/parameters-file.ts';
import { bytesIfThere, readWhole } from '../files/reading.ts';
import { parseMetrics } from '../metrics/metrics-file.ts';
import { LOCK } from './run-lock.ts';

const CONFIG = 'config.json';
const METRICS = 'metrics.jsonl';
const MODEL = 'model.safetensors';
const REPORT = 'report.json';
const PAGE = 'report.html';
const FIGURES = 'figures';
const FAILURE = 'non-finite.json';

/** Whether a run can have left it that had no time to write its config: its lock, the empty folder of figures, the config half written. */
const isOfBeginning = (path: string, name: string): boolean =>
  name === LOCK ||
  name.startsWith(`${LOCK}.`) ||
  (name.startsWith(CONFIG) && name.endsWith('.partial')) ||
  (name === FIGURES && isEmptyFolder(join(path, name)));

const isEmptyFolder = (path: string) => statSync(path).isDirectory() && readdirSync(path).length === 0;

/** A run folder under a path. */
export class RunFolder {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /**
   * Makes the folder of a new run, which nothing claims yet. What a run leaves that was killed before it wrote its config does no harm.
   *
   * @throws ExpectationError where the folder holds something else, or cannot be made; nothing in it is touched then
   */
  static prepare(path: string): void {
    try {
      makeFolder(path, '--out');
      const held = readdirSync(path).filter((name) => !isOfBeginning(path, name));
      if (held.length === 0) return;
      const received = `a folder with ${held.slice(0, 3).join(', ')}${held.length > 3 ? ', …' : ''}`;
      throw new ExpectationError({
        where: `--out ${path}`,
        expected: 'a new or empty folder',
        received,
        remedy: 'name another',
      });
    } catch (error) {
      throw error instanceof ExpectationError ? error : writeRefused(path, error);
    }
  }

  /**
   * Makes a new run folder and claims it by its config.
   *
   * @throws ExpectationError where the folder holds something already, or cannot be written to; nothing in it is touched then
   */
  static create(path: string, config: object): RunFolder {
    RunFolder.prepare(path);
    try {
      if (!existsSync(join(path, FIGURES))) makeFolderDurably(join(path, FIGURES));
    } catch (error) {
      throw writeRefused(path, error);
    }
    const folder = new RunFolder(path);
    writeFileAtomically(join(path, CONFIG), sealed(config));
    return folder;
  }

  /**
   * Opens the folder of a run that was begun, finished or not.
   *
   * @throws ExpectationError where it is no run folder
   */
  static claimed(path: string): RunFolder {
    return RunFolder.#holding(path, [CONFIG], 'the folder of a run');
  }

  /**
   * Opens the folder of a finished run.
   *
   * @throws ExpectationError where it is no run folder, or holds no trained model
   */
  static open(path: string): RunFolder {
    return RunFolder.#holding(path, [CONFIG, MODEL], 'the folder of a finished run');
  }

  static #holding(path: string, files: readonly string[], expected: string): RunFolder {
    const missing = files.find((file) => !existsSync(join(path, file)));
    if (missing === undefined) return new RunFolder(path);
    throw new ExpectationError({
      where: path,
      expected,
      received: existsSync(path) ? `a folder without ${missing}` : 'no such folder',
      remedy: 'name a folder that `flowvae train` wrote',
    });
  }

  /** Where the metrics are. */
  get metricsPath(): string {
    return join(this.path, METRICS);
  }

  /** Where the events for TensorBoard are; it looks for this beginning of the name. */
  get eventsPath(): string {
    return join(this.path, 'events.out.tfevents.flowvae');
  }

  /**
   * The config, not validated. A checksum that it carries must fit.
   *
   * @throws ExpectationError where it is no JSON object or was changed since it was written
   */
  readConfig(): Record<string, unknown> {
    return readSealed(join(this.path, CONFIG), false);
  }

  /** All entries of metrics.jsonl. @throws ExpectationError naming the first line that is damaged */
  readMetrics(): { readonly step: number }[] {
    return parseMetrics(readText(this.metricsPath), this.metricsPath);
  }

  /** Writes where training failed to non-finite.json; without a failure, removes what an earlier one left there. */
  recordFailure(failure: object | undefined): void {
    const path = join(this.path, FAILURE);
    if (failure) writeFileAtomically(path, sealed(failure));
    else rmSync(path, { force: true });
  }

  /** Where training failed. @throws ExpectationError where nothing of that kind is recorded */
  readFailure(): Record<string, unknown> {
    const path = join(this.path, FAILURE);
    if (existsSync(path)) return readSealed(path);
    throw new ExpectationError({
      where: this.path,
      expected: 'a run that stopped at a value that is not finite',
      received: `a folder without ${FAILURE}`,
    });
  }

  /** Writes what a finished or interrupted run reports at its end to report.json. */
  writeReport(report: object): void {
    writeFileAtomically(join(this.path, REPORT), `${JSON.stringify(report, null, 2)}\n`);
  }

  /** What report.json says; nothing where there is none, or it is no JSON object. */
  readReport(): Readonly<Record<string, unknown>> {
    const bytes = bytesIfThere(join(this.path, REPORT));
    try {
      const report: unknown = bytes && JSON.parse(new TextDecoder().decode(bytes));
      return typeof report === 'object' && report !== null ? (report as Record<string, unknown>) : {};
    } catch {
      return {}; // it is about to be written anew
    }
  }

  /** Writes report.html and returns its path. */
  writePage(html: string): string {
    const path = join(this.path, PAGE);
    writeFileAtomically(path, html);
    return path;
  }

  /** Writes all variables to model.safetensors under their names. */
  saveModel(variables: NamedVariables, metadata: Readonly<Record<string, string>> = {}): void {
    writeParameters(join(this.path, MODEL), variables, metadata);
  }

  /** Reads model.safetensors into variables. @throws ExpectationError as {@link readParameters} does */
  loadModel(variables: NamedVariables): void {
    readParameters(join(this.path, MODEL), variables);
  }

  /** What model.safetensors holds. @throws ExpectationError as {@link storedParameters} does */
  storedModel(): StoredParameters {
    return storedParameters(join(this.path, MODEL));
  }

  /** Writes a figure under figures/ and returns its path. */
  writeFigure(name: string, png: Uint8Array): string {
    const path = join(this.path, FIGURES, name);
    writeFileAtomically(path, png);
    return path;
  }
}

const readText = (path: string) => new TextDecoder().decode(readWhole(path));
