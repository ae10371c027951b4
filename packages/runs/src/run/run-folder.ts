// The run folder: its files, how it is claimed, how it is read back.
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { assignParameters, type NamedVariables } from '@flowvae/tensor';
import { makeFolderDurably, writeFileAtomically, writeRefused } from '../files/atomic-file.ts';
import { sealed } from '../files/checksum.ts';
import { makeFolder } from '../files/make-folder.ts';
import { type StoredParameters, storedParameters, writeParameters } from '../files/parameters-file.ts';
import { bytesIfThere } from '../files/reading.ts';
import {
  CONFIG,
  EVENTS,
  FIGURES,
  failurePath,
  METRICS,
  MODEL,
  REPORT,
  readRunConfig,
  readRunFailure,
  readRunMetrics,
  refuseNoRun,
  refuseUsedFolder,
} from './run-files.ts';

const PAGE = 'report.html';

/** A run folder under a path. */
export class RunFolder {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /**
   * Makes the folder of a new run, without claiming it. Files of a run that was killed before it wrote its config do no
   * harm.
   *
   * @throws ExpectationError if the folder holds other files or cannot be made; its files stay untouched
   */
  static prepare(path: string): void {
    makeFolder(path, 'out');
    refuseUsedFolder(path);
  }

  /**
   * Makes a new run folder and claims it by its config.
   *
   * @throws ExpectationError if the folder holds files already or cannot be written; its files stay untouched
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

  /** Removes the folder with all files in it, its lock too. */
  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }

  /**
   * Opens the folder of a begun run, finished or not.
   *
   * @throws ExpectationError if it is no run folder
   */
  static claimed(path: string): RunFolder {
    refuseNoRun(path, 'begun');
    return new RunFolder(path);
  }

  /**
   * Opens the folder of a finished run.
   *
   * @throws ExpectationError if it is no run folder, or holds no trained model
   */
  static open(path: string): RunFolder {
    refuseNoRun(path, 'finished');
    return new RunFolder(path);
  }

  /** The path of the metrics. */
  get metricsPath(): string {
    return join(this.path, METRICS);
  }

  /** The path of TensorBoard's events; TensorBoard looks for this beginning of the name. */
  get eventsPath(): string {
    return join(this.path, EVENTS);
  }

  /**
   * The config, not validated. If it has a checksum, the checksum must fit.
   *
   * @throws ExpectationError if it is no JSON object or was changed after it was written
   */
  readConfig(): Record<string, unknown> {
    return readRunConfig(this.path);
  }

  /** Changes settings that may differ from those of the run's begin. @throws ExpectationError as `readConfig` does */
  changeConfig(changes: object): void {
    writeFileAtomically(join(this.path, CONFIG), sealed({ ...this.readConfig(), ...changes }));
  }

  /** All entries of metrics.jsonl. @throws ExpectationError that names the first damaged line */
  readMetrics(): { readonly step: number }[] {
    return readRunMetrics(this.path);
  }

  /** Writes the place of a training failure to non-finite.json; without a failure, removes an earlier record. */
  recordFailure(failure: object | undefined): void {
    const path = failurePath(this.path);
    if (failure) writeFileAtomically(path, sealed(failure));
    else rmSync(path, { force: true });
  }

  /** The record of a training failure. @throws ExpectationError if there is none */
  readFailure(): Record<string, unknown> {
    return readRunFailure(this.path);
  }

  /** Writes the report of a finished or interrupted run to report.json. */
  writeReport(report: object): void {
    writeFileAtomically(join(this.path, REPORT), `${JSON.stringify(report, null, 2)}\n`);
  }

  /** The content of report.json; empty if the file is missing or no JSON object. */
  readReport(): Readonly<Record<string, unknown>> {
    const bytes = bytesIfThere(join(this.path, REPORT));
    try {
      const report: unknown = bytes && JSON.parse(new TextDecoder().decode(bytes));
      return typeof report === 'object' && report !== null ? (report as Record<string, unknown>) : {};
    } catch {
      return {}; // it will be rewritten
    }
  }

  /** Writes report.html and returns its path. */
  writePage(html: string, name = PAGE): string {
    const path = join(this.path, name);
    writeFileAtomically(path, html);
    return path;
  }

  /** Writes all variables to model.safetensors under their names. */
  saveModel(variables: NamedVariables, metadata: Readonly<Record<string, string>> = {}): void {
    writeParameters(join(this.path, MODEL), variables, metadata);
  }

  /**
   * Reads model.safetensors into variables.
   *
   * @param stored its content, where that was read before
   * @throws ExpectationError as {@link storedParameters} and {@link assignParameters} do
   */
  loadModel(variables: NamedVariables, stored: StoredParameters = this.storedModel()): void {
    assignParameters(join(this.path, MODEL), variables, stored.tensors);
  }

  /** The content of model.safetensors. @throws ExpectationError as {@link storedParameters} does */
  storedModel(): StoredParameters {
    return storedParameters(join(this.path, MODEL));
  }

  /** Writes a figure under figures/ and returns its path. */
  writeFigure(name: string, image: Uint8Array): string {
    const path = join(this.path, FIGURES, name);
    writeFileAtomically(path, image);
    return path;
  }
}
