// The facts in reports that tell one run from another: flow, number of layers, config, version.
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { completeConfig, planOf, trainRun } from 'flowvae';
import { beforeAll, describe, expect, it } from 'vitest';
import { type SettingsInEffect, settingsInEffect } from '../../packages/flowvae/src/definition/settings-in-effect.ts';
import { runState } from '../../packages/flowvae/src/run-list/run-state.ts';
import { flowvae } from '../processes/programs.ts';
import { annealedHere, type JsonReport, jsonHere } from './in-process.ts';
import { writeFiles } from './modules/user-folder.ts';
import { freshPath, tinyData, tinyFlags, tinySettings } from './tiny-run.ts';

const packageJson = join(import.meta.dirname, '../../packages/flowvae/package.json');
const { version } = JSON.parse(readFileSync(packageJson, 'utf8'));
const jsonIn = (run: string, name: string): JsonReport => JSON.parse(readFileSync(join(run, name), 'utf8'));

/** config.json without versions and checksum. */
function recorded(run: string): object {
  const { versions: _, sha256: __, ...config } = jsonIn(run, 'config.json');
  return config;
}

describe('the report of a run', () => {
  const [run, data] = [freshPath(), tinyData()];
  const facts = () => ({ flow: 'planar*2-radial', K: 3, config: recorded(run), version });
  let report: JsonReport;
  beforeAll(async () => {
    report = await jsonHere('train', ...tinyFlags(data), '--flow', 'planar*2-radial', '--out', run);
  });

  it('has flow, layers, config and version on stdout and in report.json, beside the results', () => {
    expect(report).toMatchObject({ ...facts(), steps: 6, seed: 3, evalImages: 4, runFolder: run });
    expect(report.config).toMatchObject({ latent: 2, hidden: [8], seed: 3, data, dataSha256: expect.any(String) });
    const { runFolder: _, figures: __, ...printed } = report;
    expect(jsonIn(run, 'report.json')).toEqual(printed);
  });

  it('has the same facts after the run is resumed with moved data', async () => {
    const moved = freshPath();
    cpSync(data, moved, { recursive: true });
    expect(await jsonHere('train', '--resume', run, '--data', moved)).toMatchObject(facts());
  });

  it('has the same facts in an evaluation with other samples, or without images', async () => {
    const evaluated = await jsonHere('evaluate', run, '--eval-samples', '3', '--eval-images', '2');
    expect(evaluated).toMatchObject({ ...facts(), evalSamples: 3, evalImages: 2 });
    expect(evaluated.config.evalSamples).toBe(5);
    expect(await annealedHere(run)).toMatchObject(facts());
  });

  it('has the config of the fitted prior after fit-prior, also of a run that was stopped', async () => {
    const out = freshPath();
    writeFileSync(join(run, 'report.json'), JSON.stringify({ ...jsonIn(run, 'report.json'), unfinished: true }));
    expect(runState(run)?.state).toBe('stopped');
    await jsonHere('fit-prior', run, '--flow', 'realnvp*2', '--steps', '2', '--draws', '1', '--out', out);
    const fitted = jsonIn(out, 'report.json');
    expect(fitted).toMatchObject({ ...facts(), config: recorded(out) });
    expect(fitted.config.prior).toBe('realnvp*2');
    expect(fitted).not.toHaveProperty('unfinished');
  });
});

it('the settings in effect have no widths beside an architecture, which has its own', () => {
  const named = ({ options }: SettingsInEffect) => ['hidden', 'activation', 'flow'].filter((name) => name in options);
  expect(named(settingsInEffect(planOf(completeConfig({ architecture: 'gated-conv' }))))).toEqual(['flow']);
  expect(named(settingsInEffect(planOf(completeConfig({}))))).toEqual(['hidden', 'activation', 'flow']);
});

it('the report of a run without flow has no layers', async () => {
  const report = await jsonHere('train', ...tinyFlags(tinyData()), '--flow', 'none', '--out', freshPath());
  expect(report).toMatchObject({ flow: 'none', K: 0 });
});

it("the report of a module's model names no flow, and records the module", async () => {
  const folder = freshPath();
  const model = 'model: ({ builtIn }) => builtIn({ flow: undefined })';
  const text = `import { defineExperiment } from 'flowvae';\nexport default defineExperiment({ ${model} });\n`;
  writeFiles(folder, { 'mine.ts': text });
  const module = join(folder, 'mine.ts');
  const flags = tinyFlags(tinyData());
  const at = flags.indexOf('--flow');
  const own = [...flags.toSpliced(at, 2), '--out', freshPath(), '--json'];
  const { code, stdout, stderr } = await flowvae(['train', module, ...own]);
  expect([code, stderr]).toEqual([0, stderr]);
  const report = JSON.parse(stdout);
  expect(report).toMatchObject({ unused: ['flow'], config: { experiment: { module: { path: module } } } });
  expect(['flow', 'K'].filter((name) => name in report)).toEqual([]);
});

it('a run that a program stops is stopped until it has gone on to its end', async () => {
  const out = freshPath();
  const config = completeConfig({ ...tinySettings, data: tinyData() });
  await trainRun(config, { out, signal: AbortSignal.abort() });
  expect(runState(out)).toEqual({ state: 'stopped', step: 0, steps: 6 });
  await trainRun(config, { out, resume: true });
  expect(runState(out)).toEqual({ state: 'finished', step: 6, steps: 6 });
});
