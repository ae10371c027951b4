// Binarisation of grey intensities for a Bernoulli likelihood. It moves a log-likelihood by 2 to 20 nats,
// so every published number must say which of these was used.
import { drawBernoulli, drawBernoulliBytes, fold, type Key, key } from '@flowvae/random';
import { ExpectationError } from '@flowvae/tensor';
import { type Binarisation, binarisations, staticBinarisationSeed } from './binarisation-kinds.ts';
import type { ImageSet } from './image-set.ts';

/** How grey values become bits, and from which keys. */
export interface BinarisationOptions {
  readonly binarisation: Binarisation;
  /** Key of the dynamic draws. */
  readonly key: Key;
  /** Key of the static draws; `key(staticBinarisationSeed)` by default. */
  readonly binarisationKey?: Key;
}

/** An occasion of drawing: a training step, or the one time that a set is fixed for evaluation. */
export type Occasion = number | 'evaluation';

interface Rule {
  /** Where an image's randomness comes from at an occasion; the image's own place is folded in after that. */
  readonly source?: (keys: Required<BinarisationOptions>, occasion: Occasion) => Key;
  /** Writes one image; `key` is the image's own. */
  readonly write: (intensities: Uint8Array, out: Float32Array, key: Key) => void;
  /** The same of numbers from 0 to 1. */
  readonly writeNumbers: (intensities: Float32Array, out: Float32Array, key: Key) => void;
}

const grey = Float32Array.from({ length: 256 }, (_, byte) => byte / 255);

/** A number k/255 gives the bit that the byte k gives: both use the same uniform draws. */
const coins: Omit<Rule, 'source'> = {
  write: (intensities, out, key) => drawBernoulliBytes(key, intensities, out),
  writeNumbers: (intensities, out, key) => drawBernoulli(key, intensities, out),
};

const rules: Readonly<Record<Binarisation, Rule>> = {
  dynamic: { source: ({ key }, occasion) => fold(key, 'dynamic', occasion), ...coins },
  static: { source: ({ binarisationKey }) => binarisationKey, ...coins },
  threshold: { write: writeThreshold, writeNumbers: writeRounded },
  none: { write: writeGrey, writeNumbers: (intensities, out) => out.set(intensities) },
};

/** The place of an image: draws that are made once for each image depend on it, never on the split or the batch. */
export interface ImagePlace {
  /** A name for the file. */
  readonly file: string;
  /** Position in it. */
  readonly index: number;
}

/** Writes the intensities of an image as floats. */
type IntensityWriter<Intensities> = (intensities: Intensities, place: ImagePlace, out: Float32Array) => void;

/** Writes the bytes of an image as floats. */
export type BytesWriter = IntensityWriter<Uint8Array>;

/** Writes the numbers of an image, from 0 to 1, as floats. */
export type NumbersWriter = IntensityWriter<Float32Array>;

/**
 * How bytes are written at an occasion. Where there is chance in it, a draw depends on the source and on the image's
 * place.
 *
 * @throws ExpectationError where there is no such binarisation
 */
export const bytesWriter = (options: BinarisationOptions): ((occasion: Occasion) => BytesWriter) =>
  writerBy(options, ({ write }) => write);

/** How numbers from 0 to 1 are written at an occasion; otherwise as {@link bytesWriter}. */
export const numbersWriter = (options: BinarisationOptions): ((occasion: Occasion) => NumbersWriter) =>
  writerBy(options, ({ writeNumbers }) => writeNumbers);

function writerBy<Intensities>(
  options: BinarisationOptions,
  writeOf: (rule: Rule) => (intensities: Intensities, out: Float32Array, key: Key) => void,
): (occasion: Occasion) => IntensityWriter<Intensities> {
  checkBinarisation(options.binarisation);
  const keys = { binarisationKey: key(staticBinarisationSeed), ...options };
  const rule = rules[options.binarisation];
  const [{ source }, write] = [rule, writeOf(rule)];
  return (occasion) => {
    if (!source) return (intensities, _, out) => write(intensities, out, keys.key);
    const root = source(keys, occasion);
    const ofFiles = new Map<string, Key>();
    return (intensities, { file, index }, out) => {
      const ofFile = ofFiles.get(file) ?? fold(root, file);
      ofFiles.set(file, ofFile);
      write(intensities, out, fold(ofFile, index));
    };
  };
}

/** Writes image `index` of a set as floats, [height·width]. */
export type RowWriter = (index: number, out: Float32Array) => void;

/**
 * How the images of a set are written at an occasion.
 *
 * @throws ExpectationError where the set's bytes are not count·height·width, or there is no such binarisation
 */
export function rowWriter(set: ImageSet, options: BinarisationOptions): (occasion: Occasion) => RowWriter {
  checkSet(set);
  const pixels = set.height * set.width;
  const { file, first } = set.origin ?? { file: '', first: 0 };
  const writerAt = bytesWriter(options);
  return (occasion) => {
    const write = writerAt(occasion);
    return (index, out) =>
      write(set.images.subarray(index * pixels, (index + 1) * pixels), { file, index: first + index }, out);
  };
}

function writeThreshold(intensities: Uint8Array, out: Float32Array): void {
  for (let i = 0; i < out.length; i++) out[i] = intensities[i]! >>> 7;
}

function writeRounded(intensities: Float32Array, out: Float32Array): void {
  for (let i = 0; i < out.length; i++) out[i] = intensities[i]! >= 0.5 ? 1 : 0;
}

function writeGrey(intensities: Uint8Array, out: Float32Array): void {
  for (let i = 0; i < out.length; i++) out[i] = grey[intensities[i]!]!;
}

function checkSet({ images, count, height, width }: ImageSet): void {
  if (images.length === count * height * width) return;
  const expected = `${count} x ${height} x ${width} bytes`;
  throw new ExpectationError({ where: 'ImageSet.images', expected, received: `${images.length} bytes` });
}

/** For callers without types, such as a configuration file. */
function checkBinarisation(name: string): void {
  if (Object.hasOwn(rules, name)) return;
  const expected = `one of ${binarisations.join(', ')}`;
  throw new ExpectationError({ where: 'binarisation', expected, received: `"${name}"` });
}

/** The expected value of an intensity from 0 to 1 after binarisation. */
export const expectedOf = (binarisation: Binarisation, intensity: number): number =>
  binarisation === 'threshold' ? Number(intensity >= 0.5) : intensity;

/** The same of the bytes 0 … 255, each k for k/255. */
export const expectedOfBytes = (binarisation: Binarisation): Float64Array =>
  Float64Array.from({ length: 256 }, (_, byte) => expectedOf(binarisation, byte / 255));
