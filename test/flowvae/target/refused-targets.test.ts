// Definitions and densities that are refused before anything is written.
import { existsSync } from 'node:fs';
import { defineTarget, fitTarget, key, type Tensor1D, type Tensor2D, targetOf, tf } from 'flowvae';
import { describe, expect, it } from 'vitest';
import type { TargetConfig } from '../../../packages/flowvae/src/target/target-settings.ts';
import { checked, freshPath, run, skewed } from './target-cases.ts';

const squares = (points: Tensor2D): Tensor1D => tf.neg(tf.sum<Tensor1D>(tf.square(points), 1));

describe('defineTarget refuses', () => {
  it.each([
    ['an unknown part', { dim: 1, logDensity: squares, logdensity: squares }, /logdensity: expected one of name, set/],
    ['no density', { dim: 1 }, /^defineTarget: logDensity: expected a function, got none/],
    ['no dimensions', { logDensity: squares }, /^defineTarget: expected dim, .*, or parameters by name, got neither/],
    ['two ways', { dim: 1, parameters: { a: 'real' }, logDensity: squares }, /, or parameters by name, got both/],
    [
      'dimensions in words',
      { dim: '2', logDensity: squares },
      /^defineTarget: dim: expected a number or a function, got s/,
    ],
    [
      'options of another kind',
      { dim: 1, logDensity: squares, options: 'steps' },
      /options: expected an object, got st/,
    ],
  ])('%s', (_, parts, message) => {
    expect(() => defineTarget(parts as never)).toThrow(message);
  });
});

describe('targetOf refuses', () => {
  it.each([
    ['half a dimension', defineTarget({ dim: 1.5, logDensity: squares }), {}, /dim: expected a whole number from 1/],
    [
      'an unknown constraint',
      defineTarget({ parameters: { rate: 'postive' }, logDensity: ({ rate }) => rate as Tensor1D }),
      {},
      /postive/,
    ],
    ['an unknown setting', skewed(1), { slpoe: 2 }, /^targetOf: slpoe: .*; did you mean slope/],
  ])('%s', (_, definition, set, message) => {
    expect(() => targetOf(definition, set)).toThrow(message);
  });
});

describe('a density is refused', () => {
  const of = (logDensity: (points: Tensor2D) => unknown) =>
    defineTarget({ name: 'mine', dim: 2, logDensity: logDensity as (points: Tensor2D) => Tensor1D });
  it.each<[string, (points: Tensor2D) => unknown, RegExp]>([
    ['that sums over all points', (z) => tf.sum(z), /^target mine: logDensity: .*, got \[\] of points \[3, 2\]/],
    ['with a column left', (z) => tf.sum(z, 1, true), /got \[3, 1\] of points \[3, 2\]/],
    ['that gives no tensor', () => 3, /got 3 of points/],
    ['whose rows depend on each other', (z) => tf.sub(squares(z), tf.logSumExp(squares(z))), /a row that depends on/],
    ['that throws', (z) => squares((z as unknown as { deep: { z: Tensor2D } }).deep.z), /got TypeError: .*'z'/],
    ['without a gradient', (z) => tf.squeeze(tf.topk(z, 1).values, [1]), /got Error: .*gradient/],
    [
      'that is NaN on a side',
      (z) => tf.sum(tf.log(z), 1),
      /expected a finite number or −∞ at every point, got NaN at z\[0\] = /,
    ],
    ['that reads its points', (z) => tf.tensor1d([...z.dataSync()].filter((_, i) => i % 2 === 0)), /read/],
  ])('%s', async (_, logDensity, message) => {
    await expect(checked(of(logDensity))).rejects.toThrow(message);
  });
});

describe('a run with options that do not fit together', () => {
  it.each<[string, Partial<TargetConfig>, string]>([
    ['a guide that is none', { flow: 'realnpv*2' }, "'realnpv' at"],
    [
      'a guide for more dimensions',
      { flow: 'realnvp*2' },
      'guide realnvp*2: expected a guide for 1 dimension, as many as the',
    ],
    [
      'an objective that needs draws',
      { objective: 'forward-kl' },
      '--objective forward-kl: expected draws of target skewed',
    ],
    ['a gradient of another', { gradient: 'dreg' }, '--gradient: expected auto or path or stl beside --objective rev'],
    ['a schedule beside chi', { objective: 'chi(8)', annealSteps: 5 }, '--anneal-steps: expected none beside --obj'],
    ['half a bound in a batch', { objective: 'iwae(5)' }, '--batch: expected a multiple of 5, the draws of one bound'],
    ['a guide without inverse', { objective: 'chi(8)', flow: 'sylvester-t' }, 'expected'],
  ])('is refused for %s, and writes nothing', async (_, config, message) => {
    const out = freshPath();
    await expect(run(skewed(1), config, { out })).rejects.toThrow(message);
    expect(existsSync(out)).toBe(false);
  });
});

describe('a density of named parameters', () => {
  const reading = (read: (values: Readonly<Record<string, Tensor1D>>) => unknown) =>
    defineTarget({
      name: 'mine',
      parameters: { mu: 'real', tau: 'positive' },
      logDensity: (values) => read(values as Readonly<Record<string, Tensor1D>>) as Tensor1D,
    });

  it.each<[string, (values: Readonly<Record<string, Tensor1D>>) => unknown, RegExp]>([
    [
      'that reads a misspelt one',
      ({ mu, tua }) => tf.neg(tf.add(tf.square(mu!), tf.square(tua!))),
      /^logDensity: parameters: expected one of mu, tau, got tua; did you mean tau\?$/,
    ],
    [
      'that reads one it does not declare',
      ({ theta }) => tf.neg(tf.square(theta!)),
      /^logDensity: parameters: expected one of mu, tau, got theta$/,
    ],
  ])('is refused %s', async (_, read, message) => {
    await expect(checked(reading(read))).rejects.toThrow(message);
    await expect(fitTarget(targetOf(reading(read)), { steps: 1, key: key(0) })).rejects.toThrow(message);
  });

  it('may go through its values by name, and look for others', async () => {
    const summed = reading((values) => {
      if ('theta' in values) throw new Error('theta');
      return Object.entries(values).reduce((sum, [, value]) => tf.sub(sum, tf.square(value)), tf.zerosLike(values.mu!));
    });
    expect((await checked(summed)).target.columns).toEqual(['mu', 'tau']);
  });
});
