// The options that both experiments on flow and VAE have.
import type { ParseArgsConfig } from 'node:util';
import { readChoice, readCount, readPositive, readValues } from '../command-line.ts';
import { type Scale, scales } from './models.ts';

/** Options of both experiments. */
export interface SharedOptions {
  readonly scale: Scale;
  readonly scaleName: keyof typeof scales;
  /** Time for the training of each model. */
  readonly minutes: number;
  readonly threads: number;
  readonly seed: number;
  /** Test images, from the first on. */
  readonly images: number;
  readonly data: string;
  /** The folder of the run folders. */
  readonly runs: string;
  readonly isJson: boolean;
}

const declared = {
  scale: { type: 'string', default: 'full' },
  minutes: { type: 'string', default: '10' },
  threads: { type: 'string', default: '2' },
  seed: { type: 'string', default: '0' },
  images: { type: 'string', default: '1000' },
  data: { type: 'string', default: 'mnist' },
  runs: { type: 'string', default: 'runs/flow-vs-vae' },
  json: { type: 'boolean', default: false },
} as const satisfies ParseArgsConfig['options'];

/**
 * Reads the command line.
 *
 * @param own options of one experiment, with their defaults
 * @throws ExpectationError that names the option that cannot be used
 */
export function readOptions<Own extends Readonly<Record<string, string>>>(
  args: readonly string[],
  own: Own,
): { readonly options: SharedOptions; readonly own: { readonly [Name in keyof Own]: string } } {
  const ofOwn = Object.fromEntries(
    Object.entries(own).map(([name, value]) => [name, { type: 'string', default: value }]),
  );
  const { json, ...texts } = readValues({ ...declared, ...(ofOwn as NonNullable<ParseArgsConfig['options']>) }, args);
  const { scale, minutes, threads, seed, images, data, runs, ...others } = texts as Readonly<Record<string, string>>;
  const scaleName = readChoice('scale', scale!, Object.keys(scales) as (keyof typeof scales)[]);
  return {
    options: {
      scale: scales[scaleName],
      scaleName,
      minutes: readPositive('minutes', minutes!),
      threads: readCount('threads', threads!),
      seed: readCount('seed', seed!, 0),
      images: readCount('images', images!, 2),
      data: data!,
      runs: runs!,
      isJson: json === true,
    },
    own: others as { readonly [Name in keyof Own]: string },
  };
}
