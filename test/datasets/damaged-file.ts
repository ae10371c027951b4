// Damaged files of arrays, each decided by its seed: one of the committed files, and one to three faults in it.
import { deflateSync, gzipSync } from 'node:zlib';
import { Dice } from '../fuzz/dice.ts';
import { type ArrayFile, arrayFiles, groups } from './array-files.ts';
import { zipOf } from './zip-fixtures.ts';

/** A file to be read, and its story. */
export interface DamagedFile {
  /** The name with its ending, without folder. */
  readonly name: string;
  readonly file: Uint8Array;
  readonly faults: readonly string[];
}

type Damage = (file: Uint8Array, dice: Dice) => Uint8Array;

const WORDS = [0, 1, 0x7f, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff];

const place = (file: Uint8Array, dice: Dice, most = file.length) =>
  dice.whole(0, Math.max(0, Math.min(most, file.length) - 1));

/**
 * Most faults are wanted where headers are: at the beginning, behind the magic number, and in zip files at the end.
 */
function placeInHeader(file: Uint8Array, dice: Dice): number {
  if (dice.chance(0.3)) return Math.max(0, file.length - 1 - dice.whole(0, 400));
  const first = dice.chance(0.9) ? 8 : 0;
  return Math.min(first + place(file, dice, dice.one([16, 64, 300, file.length])), Math.max(0, file.length - 1));
}

const joined = (...parts: Uint8Array[]) => new Uint8Array(Buffer.concat(parts));

const damages: Readonly<Record<string, Damage>> = {
  truncated: (file, dice) => file.subarray(0, place(file, dice)),
  'cut at the front': (file, dice) => (dice.chance(0.3) ? file.subarray(place(file, dice, 200)) : file),
  flipped(file, dice) {
    const copy = file.slice();
    for (let i = dice.whole(1, 8); i > 0; i--) copy[placeInHeader(file, dice)]! ^= 1 << dice.whole(0, 7);
    return copy;
  },
  'other bytes'(file, dice) {
    const copy = file.slice();
    for (let i = dice.whole(1, 4); i > 0; i--) copy[placeInHeader(file, dice)] = dice.whole(0, 255);
    return copy;
  },
  'huge or zero sizes'(file, dice) {
    const copy = Buffer.from(file);
    const [at, word, isBig] = [placeInHeader(file, dice), dice.one(WORDS), dice.chance(0.3)];
    if (at + 4 <= copy.length) isBig ? copy.writeUInt32BE(word, at) : copy.writeUInt32LE(word, at);
    return new Uint8Array(copy);
  },
  'another digit'(file, dice) {
    const copy = file.slice();
    const digits = [...copy.subarray(0, 400).keys()].filter((at) => copy[at]! >= 0x30 && copy[at]! <= 0x39);
    if (digits.length > 0) copy[dice.one(digits)] = 0x30 + dice.whole(0, 9);
    return copy;
  },
  'many more digits'(file, dice) {
    const at = file.subarray(0, 400).indexOf(0x28); // the shape of .npy
    const many = Buffer.from('9'.repeat(dice.whole(1, 40)));
    return joined(file.subarray(0, at + 1), many, file.subarray(at + 1 + (dice.chance(0.5) ? many.length : 0)));
  },
  'bytes put in': (file, dice) => {
    const at = placeInHeader(file, dice);
    return joined(
      file.subarray(0, at),
      Uint8Array.from({ length: dice.whole(1, 9) }, () => dice.whole(0, 255)),
      file.subarray(at),
    );
  },
  'bytes taken out': (file, dice) => {
    const at = placeInHeader(file, dice);
    return joined(file.subarray(0, at), file.subarray(at + dice.whole(1, 30)));
  },
  'a piece twice': (file, dice) => {
    const [from, to] = [place(file, dice), place(file, dice)].toSorted((a, b) => a - b) as [number, number];
    return joined(file.subarray(0, to), file.subarray(from));
  },
  'a tail': (file, dice) => joined(file, new Uint8Array(dice.whole(1, 1000))),
  'the end of another': (file, dice) => {
    const other = dice.one(all).file;
    return joined(file.subarray(0, place(file, dice)), other.subarray(place(other, dice)));
  },
};

const all: readonly ArrayFile[] = groups.flatMap(arrayFiles);
const named = (ending: string) => all.filter(({ name }) => name.endsWith(ending));

/** Damage inside of packed data, so that every checksum around it is right. */
const packings: readonly {
  readonly name: string;
  readonly of: string;
  pack(file: Uint8Array, dice: Dice): Uint8Array;
}[] = [
  { name: 'x.npz', of: '.npy', pack: (file) => zipOf({ 'x.npy': file }) },
  { name: 'x.npz', of: '.npy', pack: (file) => zipOf({ 'x.npy': file }, { deflated: true }) },
  {
    name: 'x.npz',
    of: '.npy',
    pack: (file, dice) => zipOf({ 'x.npy': file }, { deflated: true, length: dice.one(WORDS) }),
  },
  { name: 'x.npz', of: '.npz', pack: (file) => zipOf({ 'x.npy': file }, { deflated: true }) },
  { name: 'x.npz', of: '.npz', pack: (file) => zipOf({ 'x.npy': zipOf({ 'x.npy': file }), 'y.npz': file }) },
  { name: 'x.npy.gz', of: '.npy', pack: (file) => gzipSync(file) },
  { name: 'x.gz', of: '-idx3', pack: (file) => gzipSync(file) },
  { name: 'x.gz', of: '.npy', pack: (file) => gzipSync(gzipSync(file)) },
  { name: 'x.mat', of: '.mat', pack: (file) => compressedElements(file) },
];

/** The elements of a .mat file, each in compressed form, as far as their lengths lead. */
function compressedElements(file: Uint8Array): Uint8Array {
  const bytes = Buffer.from(file);
  const parts = [bytes.subarray(0, 128)];
  for (let at = 128; at + 8 <= bytes.length; ) {
    const end = at + 8 + bytes.readUInt32LE(at + 4);
    const packed = deflateSync(bytes.subarray(at, end));
    const tag = Buffer.alloc(8);
    tag.writeUInt32LE(15, 0);
    tag.writeUInt32LE(packed.length, 4);
    parts.push(tag, packed);
    at = end;
  }
  return joined(...parts);
}

const endings = ['.npy', '.npz', '.mat', '.idx', '.amat', '.bin', '.safetensors', '.gz', '', '.dat'];

/** The damaged file of a seed. */
export function damagedFile(seed: number): DamagedFile {
  const dice = new Dice(seed);
  const packing = dice.chance(0.4) ? dice.one(packings) : undefined;
  const { name, file } = dice.one(packing ? named(packing.of) : all);
  const faults = Array.from({ length: dice.one([1, 1, 1, 2, 3]) }, () => dice.one(Object.keys(damages)));
  const damaged = faults.reduce((bytes, fault) => damages[fault]!(bytes, dice), file);
  const packed = packing ? packing.pack(damaged, dice) : damaged;
  const isRenamed = dice.chance(0.1);
  const own = packing?.name ?? name;
  return {
    name: isRenamed ? `renamed${dice.one(endings)}` : own,
    file: packed,
    faults: [name, ...faults, ...(packing ? [`in ${packing.name}`] : [])],
  };
}
