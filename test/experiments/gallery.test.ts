// Every module of the gallery by the command alone: trained; evaluated, reported, encoded and exported
// as ONNX by another process. Batches are small, for the networks are large.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeSafetensors } from 'flowvae';
import { afterAll, describe, expect, it } from 'vitest';
import { commandsInTurn } from '../processes/commands-in-turn.ts';
import type { Outcome } from '../processes/programs.ts';
import { gallery, galleryExperiments, galleryPlugins, galleryRuns } from './gallery-modules.ts';

const folder = mkdtempSync(join(tmpdir(), 'flowvae-gallery-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const sizes = '--steps 6 --batch 16 --eval-images 2 --eval-samples 3 --threads 1'.split(' ');

const runs = galleryRuns((file) => join(gallery, file)).map((module) => ({
  ...module,
  run: join(folder, module.file),
  encodings: join(folder, `${module.file}.safetensors`),
}));

interface Outcomes {
  readonly trained: Outcome;
  readonly others: readonly Outcome[];
}

/** Trains by all files, and gives each run to the other commands, in two processes, for each loads the packages. */
async function tryAll(): Promise<readonly Outcomes[]> {
  const trainings = runs.map(({ words, run }) => ['train', ...words, ...sizes, '--json', '--out', run]);
  const trained = await commandsInTurn(trainings, { folder });
  const others = await commandsInTurn(
    runs.flatMap(({ run, encodings }) => [
      ['evaluate', run, '--report', '--json'],
      ['encode', run, '--images', '5', '--mean-samples', '2', '--out', encodings],
      ['export', run, '--onnx', join(run, 'onnx')],
    ]),
    { folder },
  );
  return trained.map((outcome, i) => ({ trained: outcome, others: others.slice(3 * i, 3 * i + 3) }));
}

let tried: Promise<readonly Outcomes[]> | undefined;

/** In the first test that asks, so that the file's recorded time holds it. */
const outcomesOf = async (file: string): Promise<Outcomes> => {
  tried ??= tryAll();
  return (await tried)[runs.findIndex((run) => run.file === file)]!;
};

describe('the gallery', () => {
  it('has a test for each of its files, none longer than 60 lines', () => {
    const files = readdirSync(gallery).filter((name) => name.endsWith('.ts'));
    expect(files.toSorted()).toEqual([...Object.keys(galleryExperiments), ...Object.keys(galleryPlugins)].toSorted());
    for (const file of files)
      expect(readFileSync(join(gallery, file), 'utf8').trimEnd().split('\n').length, file).toBeLessThanOrEqual(60);
  });

  it.each(runs)(
    '$file is trained, evaluated, reported, encoded and exported',
    async ({ file, run, encodings, latent }) => {
      const { trained, others } = await outcomesOf(file);
      for (const { code, stderr } of [trained, ...others]) expect([code, code === 0 ? '' : stderr]).toEqual([0, '']);
      const { testNll } = JSON.parse(trained.stdout);
      expect(testNll).toBeGreaterThan(0);
      expect(JSON.parse(others[0]!.stdout).testNll).toBeCloseTo(testNll, 4);
      expect(readFileSync(join(run, 'report.html'), 'utf8')).toContain('Learning curve');
      expect(decodeSafetensors(readFileSync(encodings), encodings).tensors.mean!.shape).toEqual([5, latent]);
      expect(readdirSync(join(run, 'onnx'))).toEqual(expect.arrayContaining(['decoder.onnx', 'encoder.onnx']));
    },
    300_000,
  );
});
