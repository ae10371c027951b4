// Comparisons of guides: the ranking, the folders, and a comparison that was stopped.
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { compareGuides, type GuideRow, key, plainTarget, type Tensor1D, targetOf, tf } from 'flowvae';
import { expect, it } from 'vitest';
import { compareInFolders } from '../../../packages/flowvae/src/target/comparison.ts';
import { brief, checked, freshPath, skewed, stoppingAt } from './target-cases.ts';

const words = ['mean-field', 'planar*2', 'planar*4-affine'];
const config = { ...brief, steps: 150 };
const withoutSeconds = (rows: readonly GuideRow[]) => rows.map(({ seconds: _, ...row }) => row);

const whole = freshPath();
const { rows } = await compareInFolders(await checked(skewed(1), config), words, { out: whole });

it('a comparison ranks guides by their bounds', () => {
  const bounds = rows.map(({ elbo }) => elbo);
  expect(bounds).toEqual(bounds.toSorted((a, b) => b - a));
  expect(rows.map(({ guide }) => guide).toSorted()).toEqual(words.toSorted());
  expect(rows[2]).toMatchObject({ guide: 'mean-field', parameters: 2 });
  const page = readFileSync(join(whole, 'comparison.md'), 'utf8');
  const places = rows.map(({ guide }) => page.indexOf(`| \`${guide}\` |`));
  expect(places).toEqual(places.toSorted((a, b) => a - b));
  expect(places[0]).toBeGreaterThan(0);
});

it('compareGuides gives the rows of the command', async () => {
  const { steps, batch, samples } = { steps: 150, batch: 32, samples: 200 };
  const found = await compareGuides(targetOf(skewed(1)), words, { steps, batch, samples, key: key(0) });
  expect(withoutSeconds(found)).toEqual(withoutSeconds(rows));
});

it('a comparison that was stopped keeps the guides that were fitted, and goes on to the same rows', async () => {
  const out = freshPath();
  const stop = stoppingAt(/guide 2 of 3/);
  const part = await compareInFolders(await checked(skewed(1), config), words, { out, ...stop });
  expect(part.rows.map(({ guide }) => guide)).toEqual(['mean-field']);
  const fitted = join(out, 'mean-field/model.safetensors');
  const before = statSync(fitted).mtimeMs;
  const { rows: all } = await compareInFolders(await checked(skewed(1), config), words, { out, resume: true });
  expect(withoutSeconds(all)).toEqual(withoutSeconds(rows));
  expect(statSync(fitted).mtimeMs).toBe(before);
  await expect(
    compareInFolders(await checked(skewed(1), config), words.slice(1), { out, resume: true }),
  ).rejects.toThrow('expected compare ["mean-field","planar*2","planar*4-affine"], got compare [');
});

it('a comparison that was stopped in its chains draws them when it goes on', async () => {
  const out = freshPath();
  const withChains = { ...config, chains: 2, chainDraws: 20 };
  const of = async () => checked(skewed(1), withChains);
  const part = await compareInFolders(await of(), ['mean-field'], { out, ...stoppingAt(/chains/) });
  expect(part.rows.length).toBeLessThanOrEqual(1);
  await compareInFolders(await of(), ['mean-field'], { out, resume: true });
  const { chains } = JSON.parse(readFileSync(join(out, 'mean-field/report.json'), 'utf8'));
  expect([chains.chains, chains.draws]).toEqual([2, 20]);
});

it('a finished comparison takes chains later, and shows the worst of them in its table', async () => {
  const withChains = { ...config, chains: 2, chainDraws: 20 };
  const model = join(whole, 'mean-field/model.safetensors');
  const before = readFileSync(model);
  const { rows: all } = await compareInFolders(await checked(skewed(1), withChains), words, {
    out: whole,
    resume: true,
  });
  const { columns } = JSON.parse(readFileSync(join(whole, 'mean-field/report.json'), 'utf8')).chains;
  const [{ rHat, bulkEss, tailEss }] = Object.values(columns) as [Record<string, number>];
  expect(all.at(-1)).toMatchObject({ ...rows.at(-1), seconds: expect.any(Number), worstRHat: rHat });
  expect(all.at(-1)!.leastEss).toBe(Math.min(bulkEss!, tailEss!));
  expect(readFileSync(join(whole, 'comparison.md'), 'utf8')).toContain('| k̂ | ESS | worst R̂ | least ESS of chains |');
  expect(readFileSync(model).equals(before)).toBe(true);
});

it('a guide whose fit diverges stands last, with the reason', async () => {
  // it grows faster than any normal falls, so every guide is drawn outwards
  const target = plainTarget((points) => tf.exp(tf.sum<Tensor1D>(tf.square(points), 1)), 1);
  const found = await compareGuides(target, ['mean-field'], {
    steps: 400,
    batch: 16,
    samples: 50,
    key: key(0),
    lr: 0.1,
  });
  expect(found[0]!.failure).toContain('expected a finite loss');
  expect(found[0]!.elbo).toBeNaN();
});
