// The packages as they are published: built, packed, and used from two empty projects outside the repository. `pnpm
// packages` does the same with npm for everything, under Node 20 and 24.
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runErrors, typeErrors, writeExamples } from '../documentation/example-project.ts';
import { allExamples } from '../documentation/examples.ts';
import { gallery, galleryRuns } from '../experiments/gallery-modules.ts';
import { doneInTurn } from '../processes/commands-in-turn.ts';
import { attwFindings, missingParts, publintFindings, unresolvedVersions } from './contents.ts';
import { layOut } from './layout.ts';
import { hasRegistry, installedBeside, installTarballs } from './npm.ts';
import { buildPackages, packageFolders, packPackages, root, run, unpack } from './packing.ts';
import {
  flowsAlone,
  javascriptProject,
  javascriptResult,
  readersProject,
  resultOf,
  typescriptProject,
  typescriptResult,
} from './projects.ts';

const scratch = mkdtempSync(join(tmpdir(), 'flowvae-packages-'));
let tarballs: ReadonlyMap<string, string>;

beforeAll(() => {
  buildPackages();
  tarballs = packPackages(scratch);
}, 300_000);
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const unpacked = (name: string, copy = name): string => {
  const folder = join(scratch, 'unpacked', copy);
  unpack(tarballs.get(name)!, folder);
  return folder;
};
const node = [process.execPath];
const tsc = join(root, 'node_modules/.bin/tsc');

describe('a packed package', () => {
  it('holds all that its code loads, by publint’s and our own rules', async () => {
    expect(tarballs.size).toBe(packageFolders().length);
    for (const name of tarballs.keys()) {
      const folder = unpacked(name);
      const findings = [...(await publintFindings(folder)), ...missingParts(folder), ...unresolvedVersions(folder)];
      expect([name, findings]).toEqual([name, []]);
    }
  });

  it('has types that attw finds (here of two packages)', () => {
    for (const name of ['@flowvae/flows', 'flowvae']) expect(attwFindings(tarballs.get(name)!)).toEqual([]);
  });

  it('is found out where a worker, the WebAssembly, the types or a version are missing', async () => {
    const broken = unpacked('@flowvae/training', 'broken');
    rmSync(join(broken, 'dist/parallel/shard-worker.js'));
    rmSync(join(broken, 'wasm/training.wasm'));
    rmSync(join(broken, 'dist/index.d.ts'));
    const manifest = readFileSync(join(broken, 'package.json'), 'utf8');
    writeFileSync(join(broken, 'package.json'), manifest.replace(/("@flowvae\/tensor": )"[^"]+"/, '$1"workspace:*"'));
    expect(missingParts(broken)).toEqual([
      'no dist/index.d.ts',
      'no wasm/training.wasm, which dist/memory/passes-file.js loads',
      'no dist/parallel/shard-worker.js, which dist/parallel/crew.js loads',
    ]);
    expect(unresolvedVersions(broken)).toEqual(['@flowvae/tensor: workspace:*']);
    expect((await publintFindings(broken)).join()).toContain('index.d.ts');
    const untyped = join(scratch, 'untyped.tgz');
    cpSync(broken, join(scratch, 'untyped/package'), { recursive: true });
    run('tar', ['czf', untyped, '-C', join(scratch, 'untyped'), 'package']);
    expect(attwFindings(untyped).join()).toContain('No types');
  });
});

describe('a project outside the repository', () => {
  it('compiles TypeScript against `@flowvae/flows` and runs it, with TensorFlow.js and nothing heavier', () => {
    const project = join(scratch, 'typescript');
    typescriptProject(project);
    layOut(project, tarballs, { names: flowsAlone, without: ['@tensorflow/tfjs-backend-wasm'] });
    run(tsc, ['-p', '.'], { cwd: project });
    expect(resultOf(project, node)).toEqual(typescriptResult);
  });

  it('trains in plain JavaScript with two threads, and has the command', () => {
    const project = join(scratch, 'javascript');
    javascriptProject(project);
    layOut(project, tarballs);
    expect(resultOf(project, node)).toEqual(javascriptResult('compiled'));
    const bin = join(project, 'node_modules/flowvae/dist/command/main.js');
    expect(run(process.execPath, [bin, '--version'], { cwd: project }).trim()).toMatch(/^\d+\.\d+\.\d+$/);
    const tiny = ['--flow', 'planar', '--hidden', '8', '--latent', '2', '--steps', '2', '--eval-images', '2'];
    const report = resultOf(project, node, [bin, 'train', ...tiny, '--eval-samples', '2', '--json', '--threads', '1']);
    expect(report).toMatchObject({ steps: 2, engine: 'compiled', evalImages: 2 });
  });

  // the others differ from these in the same code: the gallery's own test trains all of them
  it('trains modules of the gallery, an own model and an own flow, and reloads their runs', async () => {
    const project = join(scratch, 'gallery');
    javascriptProject(project);
    layOut(project, tarballs);
    const there = { folder: project, main: join(project, 'node_modules/flowvae/dist/command/main.js') };
    const tiny = ['--steps', '2', '--batch', '8', '--eval-images', '2', '--eval-samples', '2', '--threads', '1'];
    const kept = ['m2.ts', 'sinh-arcsinh.ts'];
    const runs = galleryRuns((file) => `./${file}`).filter(({ file }) => kept.includes(file));
    expect(runs).toHaveLength(2);
    for (const { file } of runs) cpSync(join(gallery, file), join(project, file));
    const lines = runs.map(({ file, words }) => ['train', ...words, ...tiny, '--out', `${file}-run`, '--json']);
    const reports = (await doneInTurn(lines, there)).map((text) => JSON.parse(text));
    expect(reports).toMatchObject(runs.map(() => ({ steps: 2, engine: 'compiled', evalImages: 2 })));
    const reloaded = kept.map((file) => `${file}-run`); // in another process
    const evaluations = reloaded.map((folder) => ['evaluate', folder, '--report', '--json']);
    const exports = reloaded.map((folder) => ['export', folder, '--onnx', join(folder, 'onnx')]);
    const texts = await doneInTurn([...evaluations, ...exports], there);
    reloaded.forEach((folder, i) => {
      const { testNll } = JSON.parse(texts[i]!) as { testNll: number };
      expect(testNll).toBeCloseTo(JSON.parse(readFileSync(join(project, folder, 'report.json'), 'utf8')).testNll, 4);
      expect(readdirSync(join(project, folder, 'onnx'))).toEqual(
        expect.arrayContaining(['decoder.onnx', 'encoder.onnx']),
      );
    });
  });

  it('type-checks every example of every page, and runs the first of each', () => {
    const project = join(scratch, 'reader');
    readersProject(project);
    layOut(project, tarballs, { beside: ['@types/node'] });
    const { examples, long } = allExamples();
    const files = writeExamples(project, examples);
    expect(typeErrors(join(project, 'tsconfig.json'), files, examples)).toEqual([]);
    // all of them run from the clone's root
    const first = examples.filter((example) => !long.has(example) && example.name.endsWith(', block 1'));
    expect(first.length).toBeGreaterThan(10);
    expect(runErrors(writeExamples(project, first), first)).toEqual([]);
  });

  it('trains without ONNX Runtime, eagerly, and says so', () => {
    const project = join(scratch, 'without-engine');
    javascriptProject(project);
    layOut(project, tarballs, { without: ['onnxruntime-node'] });
    expect(resultOf(project, node)).toEqual(javascriptResult('eager'));
  });

  it.skipIf(!hasRegistry())('takes `@flowvae/flows` by npm (only where npm reaches its registry)', () => {
    const project = join(scratch, 'by-npm');
    typescriptProject(project);
    installTarballs(
      project,
      flowsAlone.map((name) => tarballs.get(name)!),
    );
    expect(installedBeside(project)).toEqual([
      '@tensorflow/tfjs-backend-cpu',
      '@tensorflow/tfjs-core',
      '@tensorflow/tfjs-layers',
    ]);
    run(tsc, ['-p', '.'], { cwd: project });
    expect(resultOf(project, node)).toEqual(typescriptResult);
  });
});
