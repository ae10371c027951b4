// Each package for browsers goes through esbuild without a plug-in, and flows stay small.
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { bundled } from './bundled.ts';

const packages = [
  ...['tensor', 'random', 'distributions', 'flows', 'objectives', 'vae', 'compiler', 'training', 'evaluation'],
  ...['inference', 'density', 'datasets'],
];

it.each(packages)('%s bundles for browsers by esbuild, and no module of Node is left in', async (name) => {
  const files = await bundled({ text: `export * from '@flowvae/${name}';` }, ['onnxruntime-web/*']);
  const text = [...files.values()].map((file) => new TextDecoder().decode(file)).join('\n');
  expect(text).not.toMatch(/["']node:/);
  expect(text.length).toBeGreaterThan(5000);
});

it('flows take less than 120 KiB gzipped, TensorFlow.js aside', async () => {
  const files = await bundled({ text: "export * from '@flowvae/flows';" }, ['@tensorflow/*']);
  const bytes = [...files.values()].reduce((sum, file) => sum + gzipSync(file).length, 0);
  expect(bytes).toBeLessThan(120 * 1024);
  expect(bytes).toBeGreaterThan(10 * 1024);
});

it('a package that needs files is refused by the same bundler', async () => {
  await expect(bundled({ text: "export * from '@flowvae/runs';" })).rejects.toThrow('node:');
});
