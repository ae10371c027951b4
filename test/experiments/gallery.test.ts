// Every module of the gallery by the command alone: trained, evaluated and reported by another process, encoded,
// exported as ONNX. Batches are small, for the networks are large.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeSafetensors } from 'flowvae';
import { afterAll, describe, expect, it } from 'vitest';
import { commandsIn } from '../processes/commands.ts';
import { gallery, galleryExperiments, galleryPlugins, galleryRuns } from './gallery-modules.ts';

const folder = mkdtempSync(join(tmpdir(), 'flowvae-gallery-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const small = [
  '--steps',
  '50',
  '--batch',
  '16',
  '--eval-images',
  '2',
  '--eval-samples',
  '3',
  '--threads',
  '1',
  '--json',
];

const { done } = commandsIn(folder);

describe('the gallery', () => {
  it('has a test for each of its files, none longer than 60 lines', () => {
    const files = readdirSync(gallery).filter((name) => name.endsWith('.ts'));
    expect(files.toSorted()).toEqual([...Object.keys(galleryExperiments), ...Object.keys(galleryPlugins)].toSorted());
    for (const file of files)
      expect(readFileSync(join(gallery, file), 'utf8').trimEnd().split('\n').length, file).toBeLessThanOrEqual(60);
  });

  it.each(galleryRuns((file) => join(gallery, file)))(
    '$file is trained, evaluated, reported, encoded and exported',
    ({ file, words, latent }) => throughAll(file, words, latent),
    120_000,
  );
});

async function throughAll(name: string, words: readonly string[], latent: number): Promise<void> {
  const run = join(folder, name);
  const trained = JSON.parse(await done('train', ...words, ...small, '--out', run));
  expect(trained.testNll).toBeGreaterThan(0);
  const evaluated = JSON.parse(await done('evaluate', run, '--report', '--json'));
  expect(evaluated.testNll).toBeCloseTo(trained.testNll, 4);
  expect(readFileSync(join(run, 'report.html'), 'utf8')).toContain('Learning curve');
  const out = join(folder, `${name}.safetensors`);
  await done('encode', run, '--images', '5', '--mean-samples', '2', '--out', out);
  expect(decodeSafetensors(readFileSync(out), out).tensors.mean!.shape).toEqual([5, latent]);
  await done('export', run, '--onnx', join(run, 'onnx'));
  expect(readdirSync(join(run, 'onnx'))).toEqual(expect.arrayContaining(['decoder.onnx', 'encoder.onnx']));
}
