// Every command reads each formula of its settings once, and makes one flow of it; nothing else looks for the word
// `none`.
import { completeConfig, openRun, planOf } from 'flowvae';
import ts from 'typescript';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { readRepository } from '../architecture/file-map.ts';
import { parse, visit } from '../architecture/imports.ts';
import { flowvaeHere } from './in-process.ts';
import { freshPath, tinyData, tinyFlags } from './tiny-run.ts';

const counted = vi.hoisted(() => {
  const texts: string[] = [];
  /** The function, which also notes its first argument. */
  const noting =
    <A extends readonly unknown[], R>(kind: string, fn: (...args: A) => R) =>
    (...args: A): R => {
      const [first] = args;
      texts.push(typeof first === 'string' ? `${kind} ${first}` : kind);
      return fn(...args);
    };
  return { texts, noting };
});

vi.mock('../../packages/flows/src/formula/flow-terms.ts', async (original) => {
  const real = await original<typeof import('../../packages/flows/src/formula/flow-terms.ts')>();
  return {
    ...real,
    readFlowFormula: counted.noting('read', real.readFlowFormula),
    readInvertibleFormula: counted.noting('read', real.readInvertibleFormula),
    readFlowOrNone: counted.noting('read', real.readFlowOrNone),
    readPriorOrNone: counted.noting('read', real.readPriorOrNone),
  };
});
vi.mock('../../packages/flows/src/formula/formula.ts', async (original) => {
  const real = await original<typeof import('../../packages/flows/src/formula/formula.ts')>();
  return { ...real, makeFlow: counted.noting('make a flow', real.makeFlow as never) };
});
vi.mock('../../packages/vae/src/likelihoods/likelihood-table.ts', async (original) => {
  const real = await original<typeof import('../../packages/vae/src/likelihoods/likelihood-table.ts')>();
  return { ...real, readLikelihood: counted.noting('read', real.readLikelihood) };
});
vi.mock('../../packages/objectives/src/formula/objective-table.ts', async (original) => {
  const real = await original<typeof import('../../packages/objectives/src/formula/objective-table.ts')>();
  return { ...real, readObjective: counted.noting('read', real.readObjective) };
});

const formulas = { flow: 'planar*2', prior: 'affine', likelihood: 'gaussian(0.5)', objective: 'iwae(2)' };
const reads = Object.values(formulas)
  .map((text) => `read ${text}`)
  .toSorted();
const made = ['make a flow', 'make a flow'];
const data = tinyData();
const run = freshPath();
const flags = [
  ...tinyFlags(data),
  ...Object.entries(formulas).flatMap(([name, text]) => [`--${name}`, text]),
  ...['--binarize', 'none'],
];

/** The files that a command reads, and the flows that it makes. */
async function taken(...args: string[]): Promise<string[]> {
  counted.texts.length = 0;
  const { code, stderr } = await flowvaeHere(args);
  expect(stderr.split('\n').filter((line) => line.startsWith('flowvae:'))).toEqual([]);
  expect(code).toBe(0);
  return counted.texts.toSorted();
}

describe('each formula is read once', () => {
  beforeAll(async () => {
    expect(await taken('train', ...flags, '--out', run)).toEqual([...made, ...reads]);
  });
  afterEach(() => {
    process.exitCode = undefined;
  });

  it.each([
    ['train --resume', ['train', '--resume', run]],
    ['train --resume with its own settings', ['train', '--resume', run, ...flags]],
    ['evaluate', ['evaluate', run]],
    ['evaluate with other settings', ['evaluate', run, '--eval-samples', '3', '--threads', '1']],
    ['encode', ['encode', run, '--out', freshPath(), '--mean-samples', '2']],
    ['export', ['export', run, '--onnx', freshPath(), '--model', freshPath()]],
    ['sample', ['sample', run, '--count', '4']],
  ])('by %s', async (_, args) => {
    expect(await taken(...args)).toEqual([...made, ...reads]);
  });

  it('by a refusal, which makes nothing', async () => {
    counted.texts.length = 0;
    const { code, stderr } = await flowvaeHere(['train', ...flags, '--gradient', 'stl', '--out', freshPath()]);
    expect([code, stderr]).toEqual([2, expect.stringContaining('--gradient: expected path or dreg beside')]);
    expect(counted.texts.toSorted()).toEqual(reads);
  });

  it('by openRun; a plan of a plan reads nothing', async () => {
    counted.texts.length = 0;
    const { plan } = (await openRun(run)).parts;
    expect(planOf(plan)).toBe(plan);
    expect(counted.texts.toSorted()).toEqual([...made, ...reads]);
  });

  it('is a count that sees a formula read twice', () => {
    counted.texts.length = 0;
    planOf(completeConfig({ ...formulas, latent: 2, binarize: 'none' }));
    expect(counted.texts.toSorted()).toEqual([...made, ...[...reads, ...reads].toSorted()]);
  });
});

it('no code of flowvae compares with none: formulas are read where their grammar is', () => {
  const files = readRepository(new URL('../..', import.meta.url).pathname);
  const comparing = Object.entries(files).flatMap(([path, text]) =>
    /^packages\/flowvae\/src\/.*\.ts$/.test(path) && comparesWithNone(path, text) ? [path] : [],
  );
  expect(comparing).toEqual([]);
  expect(comparesWithNone('a.ts', "const isPlain = flow === 'none';")).toBe(true);
});

function comparesWithNone(path: string, text: string): boolean {
  let found = false;
  visit(parse(path, text), (node) => {
    if (!ts.isBinaryExpression(node) || !/^[!=]==?$/.test(node.operatorToken.getText())) return;
    const sides = [node.left, node.right];
    found ||= sides.some((side) => ts.isStringLiteral(side) && side.text === 'none');
  });
  return found;
}
