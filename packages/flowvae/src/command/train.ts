// `flowvae train`.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describeEvaluation, type ParameterCounts, type TrainReport } from '../report.ts';
import type { TrainConfig } from '../settings.ts';
import { completeConfig } from '../train-config.ts';
import { trainRun } from '../train-run.ts';
import { interruption } from './interruption.ts';

interface TrainFlags extends Record<string, unknown> {
  readonly out?: string;
  readonly json: boolean;
}

export async function trainCommand({ out, json, ...given }: TrainFlags): Promise<void> {
  const config = completeConfig(given);
  const folder = out ?? freshFolder(config);
  const { signal, exitCode, release } = interruption();
  const { report, counts, figures } = await trainRun(config, { out: folder, progress: process.stderr, signal });
  release();
  process.stdout.write(json ? `${JSON.stringify(report)}\n` : `${summary(report, { folder, counts, figures })}\n`);
  if (signal.aborted) process.stderr.write(`${stopped(report, config)}; ${folder} holds what was trained\n`);
  process.exitCode = exitCode();
}

/** What an interruption cut short. */
function stopped({ steps, evalImages }: TrainReport, config: TrainConfig): string {
  if (steps < config.steps) return `stopped after ${steps} of ${config.steps} steps, before the evaluation`;
  return `stopped in the evaluation, after ${evalImages} of at most ${config.evalImages} images`;
}

/** `runs/planar-10-seed0`, with a number where that is taken. */
function freshFolder({ flow, seed }: TrainConfig): string {
  const base = join('runs', `${flow.replace(/[^\w]+/g, '-').replace(/-$/, '')}-seed${seed}`);
  let candidate = base;
  for (let n = 2; existsSync(candidate); n++) candidate = `${base}-${n}`;
  return candidate;
}

interface Leavings {
  readonly folder: string;
  readonly counts: ParameterCounts;
  readonly figures: readonly string[];
}

const describeCounts = ({ total, flow, prior }: ParameterCounts) =>
  `${total} parameters (${flow} in the flow, ${prior} in the prior)`;

function summary(report: TrainReport, { folder, counts, figures }: Leavings): string {
  const { steps, engine, msPerStep, peakMemoryMiB } = report;
  return [
    `trained     ${steps} steps, ${msPerStep.toFixed(2)} ms per step (median), ${engine} engine, ${describeCounts(counts)}, peak memory ${peakMemoryMiB.toFixed(0)} MiB`,
    describeEvaluation(report),
    `run folder  ${folder}`,
    ...figures.map((path) => `figure      ${path}`),
  ].join('\n');
}
