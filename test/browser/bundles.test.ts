// Each package for browsers goes through esbuild without a plug-in, and flows stay small.
import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build, createLogger } from 'vite';
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

it('inference and density, with all packages below them, bundle by vite with its defaults', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'flowvae-vite-'));
  const entry = join(folder, 'main.ts');
  const from = (name: string) => fileURLToPath(import.meta.resolve(`@flowvae/${name}`));
  writeFileSync(
    entry,
    `export * as inference from '${from('inference')}';\nexport * as density from '${from('density')}';\n`,
  );
  const warned: string[] = [];
  await build({
    root: folder,
    configFile: false,
    logLevel: 'silent',
    customLogger: { ...createLogger('silent'), warn: (text) => void warned.push(text) },
    build: { lib: { entry, formats: ['es'], fileName: 'main' }, outDir: join(folder, 'out'), minify: false },
  });
  const files = readdirSync(join(folder, 'out'), { recursive: true, encoding: 'utf8' });
  expect(files).toContain('main.mjs');
  expect(warned.filter((text) => /externalized for browser|node:/.test(text))).toEqual([]);
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
