// The images of a run: a command may start in any folder, images may move, and commands that need no images open none.
import { cpSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { completeConfig, decodeSafetensors, encodeSafetensors, openRun, replayRun, sealed, trainRun } from 'flowvae';
import { beforeAll, describe, expect, it } from 'vitest';
import { folderOf, idxImages } from '../datasets/idx-fixtures.ts';
import { flowvae } from '../processes/programs.ts';
import { flowvaeHere } from './in-process.ts';
import { freshPath, tinyData, tinySettings } from './tiny-run.ts';

/** A folder of the test's own, made. */
function freshFolder(): string {
  const path = freshPath();
  mkdirSync(path, { recursive: true });
  return path;
}

const here = freshFolder();
const run = join(here, 'run');
const flags = Object.entries({ ...tinySettings, steps: 2 }).flatMap(([name, value]) => [
  `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
  String(value),
]);

beforeAll(async () => {
  cpSync(tinyData(), join(here, 'digits'), { recursive: true });
  const { code, stderr } = await flowvae(['train', '--data', 'digits', '--out', 'run', ...flags], { folder: here });
  expect([code, stderr]).toEqual([0, stderr]);
});

const stored = (path: string): Record<string, unknown> => JSON.parse(readFileSync(join(path, 'config.json'), 'utf8'));

describe('a run that was begun with a relative path', () => {
  it('records the whole one', () => {
    expect(stored(run).data).toBe(join(here, 'digits'));
  });

  it.each([
    ['evaluate', []],
    ['encode', ['--out', join(here, 'latents.safetensors')]],
    ['train --resume', []],
  ])('is taken by %s in another folder', async (command, args) => {
    const { code, stderr } = await flowvaeHere([...command.split(' '), run, ...args]);
    expect([code, stderr]).toEqual([0, stderr]);
  });
});

describe('images that moved', () => {
  const moved = freshFolder();
  const [lost, found] = [join(moved, 'old'), join(moved, 'new')];
  const out = join(moved, 'run');
  const settings = { ...tinySettings, hidden: [...tinySettings.hidden], data: lost };
  const config = completeConfig(settings);

  beforeAll(async () => {
    cpSync(tinyData(), lost, { recursive: true });
    await trainRun(config, { out, signal: AbortSignal.abort() });
    renameSync(lost, found);
  });

  const remedy = 'name the data where they are now with --data';

  it('are asked for by commands that read them', async () => {
    await expect(openRun(out)).rejects.toThrow(
      `data ${lost}: expected mnist, a file or a folder, got nothing of that name; ${remedy}`,
    );
    await expect(trainRun(config, { out, resume: true })).rejects.toThrow(`got nothing of that name; ${remedy}`);
    for (const command of [
      ['evaluate', out],
      ['encode', out, '--out', join(moved, 'latents')],
      ['train', '--resume', out],
    ]) {
      const { code, stderr } = await flowvaeHere(command);
      expect([code, stderr]).toEqual([
        2,
        `flowvae: data ${lost}: expected mnist, a file or a folder, got nothing of that name; ${remedy}\n`,
      ]);
    }
  });

  it('are asked for by an old run of which images are simulated, with --data as the remedy', async () => {
    const old = freshPath();
    cpSync(out, old, { recursive: true });
    const file = join(old, 'model.safetensors');
    const { tensors } = decodeSafetensors(readFileSync(file), file);
    // as versions wrote it that did not say how large the images are
    writeFileSync(file, encodeSafetensors({ tensors, metadata: {} }));
    const { sha256: _, dataSet: __, ...rest } = stored(old);
    writeFileSync(join(old, 'config.json'), sealed(rest));
    const command = ['evaluate', old, '--simulated', '2', '--ais', '2', '--chains', '2', '--eval-images', '0'];
    const { code, stderr } = await flowvaeHere(command);
    expect([code, stderr]).toEqual([
      2,
      `flowvae: data ${lost}: expected mnist, a file or a folder, got nothing of that name; ${remedy}\n`,
    ]);
    const found = await flowvaeHere([...command, '--data', join(moved, 'new')]);
    expect([found.code, found.stderr]).toEqual([0, found.stderr]);
  });

  it('are not asked for by other commands', async () => {
    const [onnx, model] = [join(moved, 'onnx'), join(moved, 'model')];
    for (const command of [
      ['sample', out, '--count', '2'],
      ['export', out, '--onnx', onnx, '--model', model],
      ['evaluate', out, '--simulated', '2', '--ais', '2', '--chains', '2', '--eval-images', '0'],
      ['metrics', out],
    ]) {
      const { code, stderr } = await flowvaeHere(command);
      expect([command[0], code, stderr]).toEqual([command[0], 0, stderr]);
    }
    expect(JSON.parse(readFileSync(join(model, 'model.json'), 'utf8'))).toMatchObject({
      data: { shape: [6, 5, 1], form: 'levels' },
    });
  });

  it('are found where --data says, relative to the folder of the command, and the run is byte for byte the same', async () => {
    const stayed = freshPath();
    cpSync(found, lost, { recursive: true });
    await trainRun(config, { out: stayed });
    rmSync(lost, { recursive: true });
    const { code, stderr } = await flowvae(['train', '--resume', out, '--data', 'new'], { folder: moved });
    expect([code, stderr]).toEqual([0, stderr]);
    for (const file of ['model.safetensors', 'config.json']) {
      expect([file, readFileSync(join(out, file), 'utf8')]).toEqual([file, readFileSync(join(stayed, file), 'utf8')]);
    }
    const inCheckpoint = (folder: string) =>
      JSON.parse(readFileSync(join(folder, 'checkpoints/step-000000006.json'), 'utf8')).config;
    expect(inCheckpoint(out)).toEqual(inCheckpoint(stayed));
    const evaluate = await flowvaeHere(['evaluate', out, '--data', found, '--json']);
    const report = JSON.parse(readFileSync(join(stayed, 'report.json'), 'utf8'));
    expect(JSON.parse(evaluate.stdout)).toMatchObject({ testElbo: report.testElbo, testNll: report.testNll });
  });

  it('are others by their checksum: a run does not go on with them, an evaluation says so', async () => {
    const others = join(moved, 'others');
    cpSync(found, others, { recursive: true });
    const file = join(others, 'train-images-idx3-ubyte');
    writeFileSync(
      file,
      readFileSync(file).map((byte, i) => (i === 100 ? byte ^ 1 : byte)),
    );
    const { code, stderr } = await flowvaeHere(['train', '--resume', out, '--data', others]);
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /^flowvae: data \S+others: expected the data that the run began with, SHA-256 \w{64}, got SHA-256 \w{64}; the files were [^\n]+\n$/,
    );
    await expect(trainRun({ ...config, data: 'mnist' }, { out, resume: true })).rejects.toThrow(
      /^data mnist: expected rows of 6 x 5 x 1 numbers, as the model was trained on, got 28 x 28 x 1; /,
    );
    expect((await openRun(out, { data: others })).notices).toEqual([`the data of ${others} are not those of the run`]);
    expect((await openRun(out, { data: found })).notices).toEqual([]);
    const ofMnist = freshPath(); // which is known without a checksum
    cpSync(out, ofMnist, { recursive: true });
    const { sha256: _, dataSha256: __, ...rest } = stored(out);
    writeFileSync(join(ofMnist, 'config.json'), sealed({ ...rest, data: 'mnist' }));
    expect((await openRun(ofMnist, { data: found })).notices).toEqual([
      `the data of ${found} are not those of the run`,
    ]);
  });

  it('are refused by their size where that is another: the file of the model is not to blame', async () => {
    const larger = folderOf({
      'train-images-idx3-ubyte': idxImages(12, 8, 5),
      't10k-images-idx3-ubyte': idxImages(6, 8, 5),
    });
    for (const choice of [[], ['--checkpoint', 'last']]) {
      const { code, stderr } = await flowvaeHere(['evaluate', out, '--data', larger, ...choice]);
      expect(code).toBe(2);
      expect(stderr).toMatch(
        /^flowvae: data \S+: expected rows of 6 x 5 x 1 numbers, as the model was trained on, got 8 x 5 x 1; /,
      );
      expect(stderr).toContain(larger);
    }
  });

  it('are not to blame where the file of the model is one of other widths', async () => {
    const swapped = freshPath();
    cpSync(out, swapped, { recursive: true });
    const wider = freshPath();
    await trainRun({ ...config, data: found, hidden: [16] }, { out: wider, signal: AbortSignal.abort() });
    cpSync(join(wider, 'model.safetensors'), join(swapped, 'model.safetensors'));
    await expect(openRun(swapped, { data: found })).rejects.toThrow(
      /model\.safetensors: expected .*encoder\/hidden1\/kernel \[30, 8\]/,
    );
  });

  it('are found by a replay too', async () => {
    const failed = freshPath();
    const diverging = { ...config, data: found, steps: 300, optimizer: 'sgd' as const, lr: 10 };
    await trainRun(diverging, { out: failed }).catch(() => {});
    const again = join(moved, 'again');
    renameSync(found, again);
    await expect(replayRun(failed)).rejects.toThrow(remedy);
    const { inspection } = await replayRun(failed, undefined, again);
    expect(inspection.step).toBe(JSON.parse(readFileSync(join(failed, 'non-finite.json'), 'utf8')).step);
    renameSync(again, found);
  });
});

describe('a run of a version that recorded its folder as given', () => {
  const old = join(here, 'old');

  beforeAll(() => {
    cpSync(run, old, { recursive: true });
    const rewrite = (name: string, change: (content: Record<string, object>) => object) => {
      const { sha256: _, ...content } = JSON.parse(readFileSync(join(old, name), 'utf8'));
      writeFileSync(join(old, name), sealed(change(content)));
    };
    rewrite('config.json', ({ dataSet: _, ...config }) => ({ ...config, data: 'digits' }));
    rewrite('checkpoints/step-000000002.json', ({ config, ...rest }) => {
      const { dataSet: _, ...earlier } = config as Record<string, unknown>;
      return { ...rest, config: { ...earlier, data: 'digits' } };
    });
    const path = join(old, 'model.safetensors');
    const { tensors, metadata } = decodeSafetensors(readFileSync(path), path);
    const { shape: _, ...rest } = metadata;
    writeFileSync(path, encodeSafetensors({ tensors, metadata: rest }));
  });

  it('is taken where the path leads to the images', async () => {
    const { code, stderr } = await flowvae(['sample', old], { folder: here });
    expect([code, stderr]).toEqual([0, stderr]);
  });

  it('names its missing images elsewhere, and takes --data', async () => {
    const evaluate = await flowvaeHere(['evaluate', old]);
    expect([evaluate.code, evaluate.stderr]).toEqual([
      2,
      'flowvae: data digits: expected mnist, a file or a folder, got nothing of that name; name the data where they are now with --data\n',
    ]);
    const sample = await flowvaeHere(['sample', old]);
    expect([sample.code, sample.stderr]).toEqual([
      2,
      'flowvae: data digits: expected mnist, a file or a folder, got nothing of that name; the run is of a version that did not write down the size of its images: put them back there\n',
    ]);
    const named = ['--data', join(here, 'digits')];
    expect((await flowvaeHere(['evaluate', old, ...named])).code).toBe(0);
    expect((await flowvaeHere(['train', '--resume', old, ...named])).stderr).toContain('going on after step 2\n');
  });
});
