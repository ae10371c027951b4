// The run folder: what it holds, how it is claimed, how it is read back.
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { NamedVariables } from '@flowvae/tensor';
import { makeFolderDurably, writeFileAtomically, writeRefused } from '../files/atomic-file.ts';
import { sealed } from '../files/checksum.ts';
import { makeFolder } from '../files/make-folder.ts';
import {
  assignParameters,
  type StoredParameters,
  storedParameters,
  writeParameters,
} from '../files/parameters-file.ts';
import { bytesIfThere } from '../files/reading.ts';
import {
  CONFIG,
  FIGURES,
  failurePath,
  METRICS,
  MODEL,
  readRunConfig,
  readRunFailure,
  readRunMetrics,
  refuseNoRun,
  refuseUsedFolder,
} from './run-files.ts';

const REPORT = 'report.json';
const PAGE = 'report.html';

/** A run folder under a path. */
export class RunFolder {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /**
   * Makes the folder of a new run, which nothing claims yet. What a run leaves that was killed before it wrote its
   * config does no harm.
   *
   * @throws ExpectationError where the folder holds something else, or cannot be made; nothing in it is touched then
   */
  static prepare(path: string): void {
    makeFolder(path, 'out');
    refuseUsedFolder(path);
  }

  /**
   * Makes a new run folder and claims it by its config.
   *
   * @throws ExpectationError where the folder holds something already, or cannot be written to; nothing in it is
   * touched then
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
    refuseNoRun(path, 'begun');
    return new RunFolder(path);
  }

  /**
   * Opens the folder of a finished run.
   *
   * @throws ExpectationError where it is no run folder, or holds no trained model
   */
  static open(path: string): RunFolder {
    refuseNoRun(path, 'finished');
    return new RunFolder(path);
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
    return readRunConfig(this.path);
  }

  /** All entries of metrics.jsonl. @throws ExpectationError naming the first line that is damaged */
  readMetrics(): { readonly step: number }[] {
    return readRunMetrics(this.path);
  }

  /** Writes where training failed to non-finite.json; without a failure, removes what an earlier one left there. */
  recordFailure(failure: object | undefined): void {
    const path = failurePath(this.path);
    if (failure) writeFileAtomically(path, sealed(failure));
    else rmSync(path, { force: true });
  }

  /** Where training failed. @throws ExpectationError where nothing of that kind is recorded */
  readFailure(): Record<string, unknown> {
    return readRunFailure(this.path);
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

  /**
   * Reads model.safetensors into variables.
   *
   * @param stored its content, where that was read before
   * @throws ExpectationError as {@link storedParameters} and {@link assignParameters} do
   */
  loadModel(variables: NamedVariables, stored: StoredParameters = this.storedModel()): void {
    assignParameters(join(this.path, MODEL), variables, stored.tensors);
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
