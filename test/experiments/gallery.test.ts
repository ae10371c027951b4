// Every module of the gallery by the command alone: trained; evaluated, reported, encoded and exported
// as ONNX by another process. Batches are small, for the networks are large.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeSafetensors } from 'flowvae';
import { afterAll, describe, expect, it } from 'vitest';
import { commandsIn } from '../processes/commands.ts';
import { doneInTurn } from '../processes/commands-in-turn.ts';
import { gallery, galleryExperiments, galleryPlugins, galleryRuns } from './gallery-modules.ts';

const folder = mkdtempSync(join(tmpdir(), 'flowvae-gallery-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const sizes = '--steps 6 --batch 16 --eval-images 2 --eval-samples 3 --threads 1'.split(' ');

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
  const trained = JSON.parse(await done('train', ...words, ...sizes, '--json', '--out', run));
  expect(trained.testNll).toBeGreaterThan(0);
  const out = join(folder, `${name}.safetensors`);
  const [text] = await doneInTurn([
    ['evaluate', run, '--report', '--json'],
    ['encode', run, '--images', '5', '--mean-samples', '2', '--out', out],
    ['export', run, '--onnx', join(run, 'onnx')],
  ]);
  expect(JSON.parse(text!).testNll).toBeCloseTo(trained.testNll, 4);
  expect(readFileSync(join(run, 'report.html'), 'utf8')).toContain('Learning curve');
  expect(decodeSafetensors(readFileSync(out), out).tensors.mean!.shape).toEqual([5, latent]);
  expect(readdirSync(join(run, 'onnx'))).toEqual(expect.arrayContaining(['decoder.onnx', 'encoder.onnx']));
}
