// The remedies of errors can be typed: every option that they name belongs to the command that printed them.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { completeConfig, trainRun } from 'flowvae';
import { beforeAll, describe, expect, it } from 'vitest';
import { program } from '../../packages/flowvae/src/command/program.ts';
import { flowvaeHere } from './in-process.ts';
import { freshPath, tinyData, tinyFlags, tinySettings } from './tiny-run.ts';

const { commands } = program();
const ownOptions = ({ options }: (typeof commands)[number]) => options.map(({ long }) => long ?? '');

/** The options of each command, those of its own commands included. */
const optionsOf = new Map(
  commands.map((command) => [command.name(), [command, ...command.commands].flatMap(ownOptions)] as const),
);

/** Options that a text names. */
const named = (text: string) => text.match(/(?<![\w-])--[a-z]+(-[a-z]+)*/g) ?? [];

const data = tinyData();
const finished = freshPath();
const settings = { ...tinySettings, hidden: [...tinySettings.hidden], evalImages: 1 };
const train = (...args: readonly string[]) => ['train', ...tinyFlags(data), '--out', freshPath(), ...args];

beforeAll(async () => {
  await trainRun(completeConfig({ ...settings, steps: 1, data }), { out: finished });
});

/** Mistakes whose errors have a remedy, or name options. */
const mistakes: readonly (() => readonly string[])[] = [
  () => train('--likelihood', 'gaussian'),
  () => train('--binarize', 'none', '--likelihood', 'bernoulli'),
  () => train('--keep', 'best'),
  () => train('--patience', '2'),
  () => train('--keep', 'best', '--validate-every', '30', '--steps', '20'),
  () => train('--latent', '1', '--flow', 'realnvp*2'),
  () => train('--latent', '1', '--flow', 'none', '--prior', 'planar-maf'),
  () => train('--objective', 'elbo-analytic'),
  () => train('--objective', 'free-bits(1)'),
  () => train('--objective', 'inclusive-kl(2)', '--flow', 'sylvester-t'),
  () => train('--objective', 'iwae(2)', '--gradient', 'stl'),
  () => train('--objective', 'inclusive-kl(2)', '--anneal', 'kl'),
  () => train('--architecture', 'pythae', '--hidden', '3'),
  () => train('--lr-factor', '0.5'),
  () => train('--optimizer', 'sgd', '--epsilon', '1e-7'),
  () => train('--batch', '1000'),
  () => ['train', '--data', freshPath(), '--out', freshPath()],
  () => ['train', '--data', data, '--out', finished],
  () => ['train', '--resume', finished, '--out', freshPath()],
  () => ['train', '--resume', finished, '--lr', '0.5'],
  () => ['train', '--resume', finished, '--data', 'mnist'],
  () => ['train', '--replay', finished],
  () => ['train', '--replay', finished, '--seed', '4'],
  () => ['evaluate', finished, '--binarize', 'none'],
  () => ['evaluate', finished, '--eval-images', '0'],
  () => ['evaluate', finished, '--chains', '3'],
  () => ['evaluate', finished, '--checkpoint', 'best'],
  () => ['evaluate', finished, '--checkpoint', 'worst'],
  () => ['evaluate', finished, '--data', freshPath()],
  () => ['evaluate', freshPath()],
  () => ['encode', finished, '--out', freshPath(), '--binarize', 'none'],
  () => ['encode', finished, '--out', freshPath(), '--checkpoint', 'best'],
  () => ['encode', finished, '--out', freshPath(), '--data', freshPath()],
  () => ['encode', finished, '--out', finished],
  () => ['export', finished],
  () => ['export', freshPath(), '--onnx', freshPath()],
  () => ['sample', finished, '--out', 'picture.jpg'],
  () => ['sample', freshPath()],
  () => ['metrics', freshPath()],
];

it.each(mistakes.map((make) => [make().slice(0, 1), make] as const))('%s: a mistake, case %#', async (_, make) => {
  const args = make();
  const { code, stderr } = await flowvaeHere(args);
  expect([args, code, stderr.trimEnd().split('\n').length]).toEqual([args, 2, 1]);
  const elsewhere = /train with (--[a-z-]+)/.exec(stderr)?.[1]; // another command, named
  const strange = named(stderr.replaceAll(data, '')).filter(
    (option) => !optionsOf.get(args[0]!)!.includes(option) && option !== elsewhere,
  );
  expect([stderr, strange]).toEqual([stderr, []]);
  if (elsewhere) expect(optionsOf.get('train')).toContain(elsewhere);
});

it('every option that a source names is one of some command', () => {
  const ofOthers = ['--if-present', '--optimize-for-size', '--expose-gc', '--no-expose-gc']; // of pnpm and V8
  const known = new Set(['--help', '--version', ...ofOthers, ...[...optionsOf.values()].flat()]);
  const packages = new URL('../../packages/', import.meta.url).pathname;
  const withStyles = 'figures'; // where `--ink` is a colour of a page
  const names = readdirSync(packages).filter((name) => name !== withStyles);
  const strange = names.flatMap((name) => {
    const source = join(packages, name, 'src');
    const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.ts'));
    return files.flatMap((path) =>
      named(readFileSync(join(source, path), 'utf8'))
        .filter((option) => !known.has(option))
        .map((option) => `${name}/src/${path}: ${option}`),
    );
  });
  expect(strange).toEqual([]);
});

describe('the remedy for', () => {
  const said = async (...args: readonly string[]) => (await flowvaeHere(args)).stderr;

  it('a too narrow latent of a flow, or a prior, is a wider one', async () => {
    expect(await said(...train('--latent', '1', '--flow', 'planar-sylvester-o'))).toBe(
      'flowvae: --latent: expected 2 or more beside --flow planar-sylvester-o, got 1\n',
    );
    expect(await said(...train('--latent', '1', '--flow', 'planar', '--prior', 'realnvp*4'))).toBe(
      'flowvae: --latent: expected 2 or more beside --prior realnvp*4, got 1\n',
    );
  });

  it('a binarisation in an evaluation is another one', async () => {
    expect(await said('evaluate', finished, '--binarize', 'none')).toBe(
      'flowvae: --binarize: expected dynamic, static or threshold, for the likelihood bernoulli is one of bits, got none; pass --binarize dynamic\n',
    );
  });

  it('a validation that no step reaches is an earlier one', async () => {
    const late = (...args: readonly string[]) =>
      said(...train('--validate-every', '30', '--steps', '20', '--threads', '1', ...args));
    const words = 'expected at most the 20 steps of the run beside';
    expect(await late('--keep', 'best')).toBe(
      `flowvae: --validate-every: ${words} --keep best, which judges by validations, got 30; pass --validate-every 20 or less\n`,
    );
    expect(await late('--patience', '1')).toContain(`--validate-every: ${words} --patience, `);
  });
});
