// Runs on data of the user's own in place of MNIST, such as Larochelle's files of bits.
import { basename } from 'node:path';
import { ExpectationError, staticBinarisationSeed } from 'flowvae';
import type { Entry, Experiment } from './experiment.ts';
import type { VaeEntry } from './vae-entry.ts';
import type { VaeResult } from './vae-result.ts';

const isOfVae = (entry: Entry): entry is VaeEntry => 'settings' in entry;

/**
 * The entries of an experiment, on other data where some are given: a source as `flowvae train --data` takes it, whose
 * values are used as they are.
 *
 * @throws ExpectationError for an experiment that trains on no images
 */
export function entriesOn<E extends Entry>(
  { name, entries }: Experiment<E>,
  { scale, seeds, data }: { readonly scale: Parameters<typeof entries>[0]; seeds: number; data?: string | undefined },
): readonly E[] {
  const all = entries(scale, seeds);
  if (data === undefined) return all;
  return all.flatMap((entry) => {
    if (!isOfVae(entry)) {
      throw new ExpectationError({ where: '--data', expected: 'an experiment on MNIST', received: name });
    }
    // another draw of MNIST's bits is no run on these data
    if (entry.settings.binarizeSeed !== undefined) return [];
    const settings = { ...entry.settings, data, binarize: 'none' };
    return [{ ...entry, slug: `${entry.slug}-${shortName(data)}`, settings }];
  });
}

/** `train` of `/data/train.amat,/data/test.amat`. */
const shortName = (data: string): string =>
  withoutFolders(data)
    .split(/[,:]/)[0]!
    .replace(/\.\w+$/, '')
    .replaceAll(/\W+/g, '-');

/** The files of a source without their folders, `train.mat:x` of `/data/train.mat:x`: nothing about the machine. */
export const withoutFolders = (data: string): string =>
  data
    .split(',')
    .map((part) => {
      const [path, ...names] = part.split(':');
      return [basename(path!), ...names].join(':');
    })
    .join(',');

/**
 * The bits of a result where they are not the project's draw: another draw, or files; empty for the usual ones. In
 * words, for tables.
 */
export function otherBits({ settings: { data = 'mnist', binarizeSeed } }: VaeResult): string[] {
  if (data !== 'mnist') return [`bits of ${data.split(',')[0]}`];
  return binarizeSeed === undefined || binarizeSeed === staticBinarisationSeed ? [] : [`draw ${binarizeSeed}`];
}
