// The run folder: how it is claimed, its refusals, and that its files appear whole or not at all.
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assignState, makeFolder, RunFolder, writeFileAtomically } from '@flowvae/runs';
import { ExpectationError, encodeSafetensors, type NamedVariables, tf } from '@flowvae/tensor';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'flowvae-runs-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const refused = (action: () => unknown): string => {
  try {
    action();
  } catch (error) {
    expect(error).toBeInstanceOf(ExpectationError);
    return (error as Error).message;
  }
  throw new Error('nothing was thrown');
};

const variable = (...values: number[]) => tf.tidy(() => tf.variable(tf.tensor1d(values)));

describe('RunFolder.create', () => {
  it('makes the folder, its parents, the config and a place for figures', () => {
    const run = RunFolder.create(join(folder, 'a/b'), { steps: 3 });
    expect(readdirSync(run.path).toSorted()).toEqual(['config.json', 'figures']);
    expect(readFileSync(join(run.path, 'config.json'), 'utf8')).toMatch(
      /^\{\n {2}"steps": 3,\n {2}"sha256": "[0-9a-f]{64}"\n\}\n$/,
    );
    expect(run.readConfig()).toEqual({ steps: 3 });
  });

  it('takes an empty folder', () => {
    expect(RunFolder.create(folder, {}).path).toBe(folder);
  });

  it('takes the folder of a run that ended before it wrote its config', () => {
    mkdirSync(join(folder, 'figures'));
    for (const name of ['run.lock', 'run.lock.0123.partial', 'config.json.17.partial'])
      writeFileSync(join(folder, name), '');
    expect(RunFolder.create(folder, {}).readConfig()).toEqual({});
  });

  it.each(['config.json', 'run.locked', 'figures/mine.png'])('refuses a folder with %s', (name) => {
    mkdirSync(join(folder, 'figures'));
    writeFileSync(join(folder, name), 'x');
    expect(refused(() => RunFolder.create(folder, {}))).toContain(
      `got a folder with ${name.split('/')[0]}; name another`,
    );
    expect(readFileSync(join(folder, name), 'utf8')).toBe('x');
  });

  it('refuses a folder with other files, and leaves it untouched', () => {
    for (const name of ['a', 'b', 'c', 'd']) writeFileSync(join(folder, name), name);
    expect(refused(() => RunFolder.create(folder, {}))).toBe(
      `\`out\` ${folder}: expected a new or empty folder, got a folder with a, b, c, …; name another`,
    );
    expect(readdirSync(folder)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('refuses a file, and a place inside a file', () => {
    const file = join(folder, 'file');
    writeFileSync(file, 'x');
    const text = `\`out\` ${file}: expected a folder, got a file; name another`;
    expect(refused(() => RunFolder.create(file, {}))).toBe(text);
    expect(refused(() => RunFolder.create(join(file, 'run'), {}))).toBe(text);
    expect(readFileSync(file, 'utf8')).toBe('x');
  });

  it.runIf(process.platform === 'linux')(
    'refuses a parent that holds no folders, at once (/proc, which only Linux has)',
    () => {
      const text =
        '/proc/flowvae: expected a place that can be written to, got ENOENT; choose a folder that can be written to with `out`';
      expect(refused(() => RunFolder.create('/proc/flowvae/run', {}))).toBe(text.replace('flowvae', 'flowvae/run'));
      expect(refused(() => makeFolder('/proc/flowvae/run', 'onnx'))).toContain('written to with `onnx`');
      expect(refused(() => makeFolder('/proc/flowvae/run'))).toMatch(
        /got ENOENT; choose a folder that can be written to$/,
      );
    },
  );

  it('makeFolder makes parents, and leaves a folder that is there', () => {
    const path = join(folder, 'a/b');
    makeFolder(path);
    makeFolder(path);
    expect(readdirSync(join(folder, 'a'))).toEqual(['b']);
  });

  it.skipIf(process.getuid?.() === 0)(
    'refuses a folder without permission to write (root may write anywhere, so not as root)',
    () => {
      chmodSync(folder, 0o500);
      expect(refused(() => RunFolder.create(join(folder, 'run'), {}))).toContain('got EACCES');
    },
  );
});

describe('RunFolder.open', () => {
  it('names the missing file', () => {
    const gone = join(folder, 'gone');
    expect(refused(() => RunFolder.open(gone))).toBe(
      `${gone}: expected the folder of a finished run, got no such folder; \`flowvae runs\` lists the folders of runs`,
    );
    expect(refused(() => RunFolder.open(folder))).toContain('got a folder without config.json');
    RunFolder.create(folder, {});
    expect(refused(() => RunFolder.open(folder))).toContain('got a folder without model.safetensors');
  });

  it('refuses a config that is no JSON', () => {
    const run = RunFolder.create(folder, {});
    writeFileSync(join(folder, 'config.json'), '{"steps":');
    expect(refused(() => run.readConfig())).toContain(`${join(folder, 'config.json')}: expected a JSON object, got `);
  });
});

describe('the model', () => {
  const created: NamedVariables[] = [];
  const kept = (variables: NamedVariables) => {
    created.push(variables);
    return variables;
  };
  afterEach(() => {
    for (const variables of created.splice(0)) tf.dispose({ ...variables });
  });

  it('comes back byte for byte, into variables that stay the same objects', () => {
    const saved = kept({ 'a/w': variable(1.1, -0, 1e-40), b: variable(Number.MAX_VALUE) });
    RunFolder.create(folder, {}).saveModel(saved, { steps: '3' });
    const loaded = kept({ b: variable(0), 'a/w': variable(0, 0, 0) });
    const before = tf.memory().numTensors;
    RunFolder.open(folder).loadModel(loaded);
    for (const name of Object.keys(saved)) expect(loaded[name]!.dataSync()).toEqual(saved[name]!.dataSync());
    expect(tf.memory().numTensors).toBe(before);
  });

  it.each<[string, () => NamedVariables, string]>([
    ['a missing name', () => ({ w: variable(1, 2), b: variable(1) }), 'expected b [1], got nothing under these names'],
    ['a surplus name', () => ({}), 'expected no more parameters than the config describes, got w [2]'],
    ['another shape', () => ({ w: variable(1, 2, 3) }), 'expected w [3], got w [2]'],
  ])('is refused with %s, and nothing is loaded', (_, make, text) => {
    const run = RunFolder.create(folder, {});
    run.saveModel(kept({ w: variable(8, 9) }));
    const variables = kept(make());
    const before = Object.values(variables).map((each) => [...each.dataSync()]);
    expect(refused(() => run.loadModel(variables))).toBe(
      `${join(folder, 'model.safetensors')}: ${text}; the model was trained with another config, or on images of another size`,
    );
    expect(Object.values(variables).map((each) => [...each.dataSync()])).toEqual(before);
  });

  it('is refused where the file is damaged or cannot be read', () => {
    const run = RunFolder.create(folder, {});
    const path = join(folder, 'model.safetensors');
    const file = encodeSafetensors({ tensors: { w: { shape: [1], values: Float32Array.of(1) } }, metadata: {} });
    writeFileSync(path, file.subarray(0, file.length - 1));
    expect(refused(() => run.loadModel(kept({ w: variable(1) })))).toContain(`${path}: expected `);
    rmSync(path);
    mkdirSync(path);
    expect(refused(() => run.loadModel(kept({ w: variable(1) })))).toContain(
      `${path}: expected a file that can be read, got EISDIR; nothing was concluded from it; try again once it can be read`,
    );
  });
});

describe('a run folder', () => {
  it('keeps figures in their folder', () => {
    const path = RunFolder.create(folder, {}).writeFigure('a.png', Uint8Array.of(1, 2));
    expect([path, [...readFileSync(path)]]).toEqual([join(folder, 'figures', 'a.png'), [1, 2]]);
  });

  it('replaces a file whole', () => {
    const path = join(folder, 'file');
    writeFileAtomically(path, 'a long old content');
    writeFileAtomically(path, 'néw');
    expect([readFileSync(path, 'utf8'), readdirSync(folder)]).toEqual(['néw', ['file']]);
  });

  it('writes pieces one after the other, small ones and large ones', () => {
    const path = join(folder, 'pieces');
    const pieces = [3, 0, 2 ** 20, 5, 2 ** 20 + 1, 2 ** 20, 7].map((size, i) => new Uint8Array(size).fill(i + 1));
    writeFileAtomically(path, pieces);
    expect(readFileSync(path).equals(Buffer.concat(pieces))).toBe(true);
  });

  it('keeps the old file and no partial one after a failed write', () => {
    const path = join(folder, 'taken');
    mkdirSync(join(path, 'inside'), { recursive: true });
    expect(refused(() => writeFileAtomically(path, 'x'))).toMatch(
      /^.*taken: expected a place that can be written to, got E(ISDIR|NOTEMPTY|EXIST|PERM); /,
    );
    expect([readdirSync(folder), existsSync(join(path, 'inside'))]).toEqual([['taken'], true]);
    expect(refused(() => writeFileAtomically(join(folder, 'no/such/folder'), 'x'))).toContain('got ENOENT');
  });
});

it('a state of other parameters than the model has is refused, and nothing is assigned', () => {
  const variables = { 'w/a': variable(1, 2), 'w/b': variable(3) };
  const [a, b] = [Float32Array.of(5, 6), Float32Array.of(7)];
  assignState('run', variables, { 'w/b': b, 'w/a': a });
  expect([...variables['w/a'].dataSync(), ...variables['w/b'].dataSync()]).toEqual([5, 6, 7]);
  const assign = (state: Readonly<Record<string, Float32Array>>) => refused(() => assignState('run', variables, state));
  expect(assign({ 'w/a': b })).toMatch(/^run: expected w\/a \[2\], w\/b \[1\], got w\/a \[1\]; the model was trained/);
  expect(assign({ 'w/a': a, 'w/b': b, 'w/c': b })).toMatch(/^run: expected no more parameters .*, got w\/c \[1\];/);
  expect([...variables['w/a'].dataSync(), ...variables['w/b'].dataSync()]).toEqual([5, 6, 7]);
});
