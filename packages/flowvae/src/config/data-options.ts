// The settings that say how data are read, as the reader takes them.
import type { DataOptions } from '@flowvae/datasets';
import { readSplitRule } from '@flowvae/datasets/plain';
import { ExpectationError } from '@flowvae/tensor/plain';
import { covariateNames } from './covariates/condition.ts';
import { flagOf, type SettingName, type TrainConfig } from './settings.ts';

/** The settings about reading; other data may need others. */
export const readingSettings = [
  'data',
  'splits',
  'splitSeed',
  'labels',
  'mask',
  'leaveOut',
  'shape',
  'size',
  'colours',
  'invert',
] as const satisfies readonly SettingName[];

/** The settings that {@link readingOptions} takes. */
export type ReadingConfig = Pick<TrainConfig, (typeof readingSettings)[number] | 'condition'>;

/** @throws ExpectationError for a text that is no rule, no size or no shape */
export function readingOptions(config: ReadingConfig, placeOf: (name: SettingName) => string = flagOf): DataOptions {
  const { splits, splitSeed, labels, mask, leaveOut, shape, size, colours, invert } = config;
  const covariates = covariateNames(config);
  return {
    splits: checkedSplits(splits, placeOf('splits')),
    splitSeed,
    ...(labels === 'auto' ? {} : { labels: namesIn(labels) }),
    ...(mask === 'auto' ? {} : { mask: namesIn(mask) }),
    ...(leaveOut === 'auto' ? {} : { leaveOut: namesIn(leaveOut) }),
    ...(shape === 'auto' ? {} : { shape: sidesOf(shape, placeOf('shape'), [1, 3]) }),
    ...(size === 'auto' ? {} : { size: pairOf(sidesOf(size, placeOf('size'), [1, 2])) }),
    ...(colours === 'grey' ? { grey: true } : {}),
    ...(invert === 'yes' ? { invert: true } : {}),
    ...(covariates.length > 0 ? { covariates } : {}),
  };
}

const namesIn = (text: string): string[] => text.split(',').map((name) => name.trim());

function checkedSplits(text: string, where: string): string {
  try {
    readSplitRule(text);
    return text;
  } catch (error) {
    throw error instanceof ExpectationError ? new ExpectationError({ ...error, where }) : error;
  }
}

function sidesOf(text: string, where: string, [fewest, most]: readonly [number, number]): number[] {
  const sides = text.split('x').map((side) => (/^[1-9]\d{0,8}$/.test(side) ? Number(side) : Number.NaN));
  if (sides.length >= fewest && sides.length <= most && !sides.some(Number.isNaN)) return sides;
  throw new ExpectationError({
    where,
    expected: `${fewest} to ${most} whole numbers above 0, joined by x`,
    received: `'${text}'`,
  });
}

const pairOf = ([height, width = height]: readonly number[]): [number, number] => [height!, width!];
