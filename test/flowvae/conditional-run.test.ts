// Conditional runs by the command: labels of images, and a class and a number beside a table with holes.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  asMlpVae,
  decodeSafetensors,
  drawNormal,
  drawUniform,
  key,
  loadModel,
  openRun,
  type Tensor,
  type Tensor2D,
  tf,
} from 'flowvae';
import { afterAll, describe, expect, it } from 'vitest';
import { differences, runNative } from '../compiler/export/runtimes.ts';
import { folderOf, idxImages, idxLabels } from '../datasets/idx-fixtures.ts';
import { annealedHere, flowvaeHere, jsonHere as json, valuesHere as read } from './in-process.ts';
import { freshPath, tinyFlags } from './tiny-run.ts';

const folder = mkdtempSync(join(tmpdir(), 'flowvae-conditional-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const errorOf = async (...args: readonly string[]) => (await flowvaeHere(args)).stderr;

const images = folderOf({
  'train-images-idx3-ubyte': idxImages(60, 6, 5),
  'train-labels-idx1-ubyte': idxLabels(60),
  't10k-images-idx3-ubyte': idxImages(12, 6, 5, 77),
  't10k-labels-idx1-ubyte': idxLabels(12),
});

const unlabelled = folderOf({
  'train-images-idx3-ubyte': idxImages(60, 6, 5),
  't10k-images-idx3-ubyte': idxImages(12, 6, 5, 77),
});

/** Two numbers with holes, a class and a number beside them. */
function table(): string {
  const [values, uniforms] = [drawNormal(key(1), 400), drawUniform(key(2), 400)];
  const lines = Array.from({ length: 100 }, (_, i) => {
    const cell = (j: number) => (uniforms[4 * i + j]! < 0.15 ? '' : String(values[4 * i + j]! + (i % 3)));
    return [cell(0), cell(1), ['red', 'green', 'blue'][i % 3], 20 + i].join();
  });
  const path = join(folder, 'table.csv');
  writeFileSync(path, ['a,b,colour,age', ...lines, ''].join('\n'));
  return path;
}

const areFinite = (values: ArrayLike<number>) => Array.from(values).every(Number.isFinite);

describe('a run with --condition y and a conditional prior', () => {
  const run = freshPath();
  const flags = ['--condition', 'y', '--conditional-prior', 'yes', '--prior', 'realnvp*2', '--out', run];

  it('trains, evaluates with its report, and resumes', async () => {
    const report = await json('train', ...tinyFlags(images), ...flags);
    expect(areFinite([report.testElbo, report.testNll])).toBe(true);
    const config = JSON.parse(readFileSync(join(run, 'config.json'), 'utf8'));
    expect(config).toMatchObject({ condition: 'y', conditionalPrior: 'yes' });
    expect(config.dataSet.covariates).toMatchObject([{ name: 'y', kind: 'category', width: 10 }]);
    expect(config.dataSet.covariates[0].shares.reduce((a: number, b: number) => a + b)).toBeCloseTo(1);
    const again = await json('evaluate', run, '--report');
    expect([again.testElbo, again.testNll]).toEqual([report.testElbo, report.testNll]);
    expect(existsSync(join(run, 'report.html'))).toBe(true);
    const annealed = await annealedHere(run);
    expect(areFinite([annealed.ais.gap])).toBe(true);
    const { steps } = await json('train', '--resume', run);
    expect(steps).toBe(6);
  });

  it('has log p(x|y) as its test numbers: another class gives another number', async () => {
    const { parts } = await openRun(run);
    const { model, test } = parts;
    const bounds = tf.tidy(() => {
      const [x, label] = [Array.from(test.row(0)).slice(0, 30), Array.from(test.row(0)).slice(30)];
      expect(label).toEqual([1, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
      return [0, 5].map((place) => {
        const rows = tf.tensor2d([[...x, ...label.map((_, i) => Number(i === place))]]);
        const { prior, posterior, likelihood } = model.at(rows);
        const { z } = posterior.sampleAndLogProb(tf.zeros([1, 2]));
        return [likelihood(z), prior.logProb(z)].map((each) => each.dataSync()[0]!);
      });
    });
    expect(bounds[0]![0]).not.toBe(bounds[1]![0]);
    parts.set.close();
  });

  it('samples a class, every class in turn, or classes by their shares and says so', async () => {
    const out = join(folder, 'samples.safetensors');
    const arrays = async (...args: readonly string[]) => {
      const { code, stderr } = await flowvaeHere(['sample', run, '--count', '20', '--out', out, ...args]);
      expect([code, stderr]).toEqual([0, stderr]);
      return { stderr, tensors: decodeSafetensors(readFileSync(out), out).tensors };
    };
    const given = await arrays('--label', '3');
    expect(Array.from(given.tensors.condition!.values)).toEqual(
      Array.from({ length: 200 }, (_, i) => Number(i % 10 === 3)),
    );
    const all = await arrays('--label', 'all');
    expect(Array.from(all.tensors.condition!.values)).toEqual(
      Array.from({ length: 200 }, (_, i) => Number(i % 10 === Math.floor(i / 20))),
    );
    const drawn = await arrays();
    expect(drawn.stderr).toContain('y: drawn by the shares in the training data; --label chooses');
    expect(Array.from(drawn.tensors.condition!.values).reduce((a, b) => a + b)).toBe(20);
    const { figure } = await json('sample', run, '--label', 'all', '--out', join(folder, 'all.png'));
    expect(existsSync(figure)).toBe(true);
    const { parts } = await openRun(run);
    const z = given.tensors.z!;
    const x = read(() =>
      asMlpVae(parts.model)
        .observe(tf.tensor2d(Float32Array.from(z.values), [20, 2]), {
          y: tf.tensor2d(Float32Array.from(given.tensors.condition!.values), [20, 10]),
        })
        .mean(),
    );
    const numbers = (data: readonly number[]) => ({ x: { data: [...data], shape: [20, 30] } });
    expect(differences(numbers(x), numbers([...given.tensors.x!.values]), 1e-5)).toEqual([]);
    parts.set.close();
  });

  it('encodes, exports files with a condition, and is loaded without data', async () => {
    const latents = await json('encode', run, '--out', join(folder, 'latents.safetensors'));
    expect(latents.shapes).toMatchObject({ mean: [12, 2], labels: [12] });
    const [onnx, portable] = [join(folder, 'onnx'), join(folder, 'model')];
    await json('export', run, '--onnx', onnx, '--model', portable);
    const model = asMlpVae(loadModel(portable).model);
    const y = {
      data: Float32Array.from({ length: 20 }, (_, i) => Number(i % 10 === (i < 10 ? 2 : 7))),
      shape: [2, 10],
    };
    const noise = { data: drawNormal(key(3), 4), shape: [2, 2] };
    const x = { data: Float32Array.from(drawUniform(key(4), 60), (u) => Number(u < 0.5)), shape: [2, 30] };
    const tensors = () => ({
      x: tf.concat([tf.tensor2d(x.data, [2, 30]), tf.tensor2d(y.data, [2, 10])], 1) as Tensor2D,
      y: tf.tensor2d(y.data, [2, 10]),
      noise: tf.tensor2d(noise.data, [2, 2]),
    });
    const file = (name: string) => readFileSync(join(onnx, `${name}.onnx`));
    const check = async (name: string, feeds: Parameters<typeof runNative>[1], output: string, fn: () => Tensor) => {
      const { [output]: found } = await runNative(file(name), feeds);
      expect(differences({ found: found! }, { found: { data: read(fn), shape: found!.shape } }, 1e-4)).toEqual([]);
    };
    await check('encoder', { x, noise, condition: y }, 'z', () => {
      const { x: rows, noise: epsilon } = tensors();
      return model.infer(rows).sampleAndLogProb(epsilon).z;
    });
    await check('prior', { noise, condition: y }, 'z', () => {
      const { y: label, noise: epsilon } = tensors();
      return model.priorAt({ y: label }).sampleAndLogProb(epsilon).z;
    });
    await check('decoder', { z: noise, condition: y }, 'logits', () =>
      model.decode(tensors().noise, { y: tensors().y }),
    );
  });

  it('refuses labels and data that do not fit, in a line', async () => {
    expect(await errorOf('sample', run, '--label', '11')).toContain(
      "--label y: expected one of the classes 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, got '11'",
    );
    expect(await errorOf('sample', run, '--label', 'y=3,z=4')).toContain('--label: expected y=<value>');
    expect(await errorOf('sample', run, '--between', '0,1')).toContain('without a condition, got one that depends on');
    expect(await errorOf('evaluate', run, '--data', unlabelled)).toContain('covariate y: expected data with labels');
    const plain = ['train', ...tinyFlags(images), '--out', freshPath()];
    expect(await errorOf(...plain, '--condition', 'weight')).toMatch(
      /covariate weight: expected y for the labels.*got nothing/,
    );
    expect(await errorOf(...plain, '--conditional-prior', 'yes')).toContain(
      '--conditional-prior: expected --condition beside it',
    );
    expect(await errorOf(...plain, '--condition', 'y,y')).toContain(
      '--condition: expected names of covariates, each once',
    );
    expect(
      await errorOf(
        ...plain,
        '--condition',
        'y',
        '--conditional-prior',
        'yes',
        '--objective',
        'elbo-analytic',
        '--flow',
        'none',
      ),
    ).toContain('--conditional-prior: expected no beside --objective elbo-analytic');
  });
});

describe('a run on a table with --condition colour,age', () => {
  const run = freshPath();
  const source = table();

  it('takes the columns out of the data, and does everything with holes', async () => {
    const flags = tinyFlags(source).filter((flag) => flag !== '--binarize' && flag !== 'dynamic');
    await json('train', ...flags, '--condition', 'colour,age', '--conditional-prior', 'yes', '--out', run);
    const { dataSet } = JSON.parse(readFileSync(join(run, 'config.json'), 'utf8'));
    expect(dataSet).toMatchObject({
      shape: [2],
      hasMissing: true,
      covariates: [
        { name: 'colour', kind: 'category', width: 3, classes: ['blue', 'green', 'red'] },
        { name: 'age', kind: 'number', width: 1 },
      ],
    });
    const { parts } = await openRun(run);
    const row = Array.from(parts.test.row(0));
    expect(row.slice(4, 7).reduce((a, b) => a + b)).toBe(1);
    expect(row[7]! >= 20 && row[7]! < 120).toBe(true);
    const units = ['mean', 'scale'].map((name) => [...parts.model.variables[`condition/${name}`]!.dataSync()]);
    expect(units[0]!.slice(0, 3)).toEqual([0, 0, 0]);
    expect(units[1]!.slice(0, 3)).toEqual([1, 1, 1]);
    expect(Math.abs(units[0]![3]! - 69.5)).toBeLessThan(10);
    parts.set.close();
    expect(areFinite([(await json('evaluate', run, '--report')).testNll])).toBe(true);
    const imputed = await json(
      'impute',
      run,
      '--out',
      join(folder, 'filled.csv'),
      '--samples',
      '20',
      '--hold-out',
      '0.5',
    );
    expect(imputed.rows).toBe(100);
    expect(imputed.heldOut.entries).toBeGreaterThan(0);
    expect(areFinite([imputed.effectiveSampleSize])).toBe(true);
  });

  it('samples beside given values, and needs a number for a number', async () => {
    const out = join(folder, 'samples.csv');
    await json('sample', run, '--count', '5', '--label', 'colour=red,age=33', '--out', out);
    const [header, ...lines] = readFileSync(out, 'utf8').trim().split('\n');
    expect(header).toBe('a,b,colour,age');
    expect(lines.every((line) => line.endsWith(',red,33'))).toBe(true);
    expect(await errorOf('sample', run, '--out', out)).toContain('covariate age: expected a number');
    expect(await errorOf('sample', run, '--label', 'colour=red')).toContain(
      '--label: expected colour=<value>,age=<value>',
    );
    expect(await errorOf('sample', run, '--label', 'colour=reed,age=1')).toContain('did you mean red?');
    expect(await errorOf('sample', run, '--label', 'all')).toContain(
      'expected all beside a condition that is one class',
    );
  });
});
