// Damage to bytes, as disks, transfers and editors do it; which one, and where, follows from a key.
import { drawUniform, fold, type Key } from '@flowvae/random';

interface Damage {
  readonly name: string;
  readonly apply: (bytes: Uint8Array, chance: (most: number) => number) => Uint8Array;
}

const damages: readonly Damage[] = [
  { name: 'cut short', apply: (bytes, chance) => bytes.slice(0, chance(bytes.length)) },
  { name: 'one bit flipped', apply: (bytes, chance) => flipped(bytes, 1, chance) },
  { name: 'three bits flipped', apply: (bytes, chance) => flipped(bytes, 3, chance) },
  { name: 'a block of zeros', apply: (bytes, chance) => filled(bytes, 0, chance) },
  { name: 'a block of spaces', apply: (bytes, chance) => filled(bytes, 0x20, chance) },
  {
    name: 'a piece doubled',
    apply(bytes, chance) {
      const [from, to] = range(bytes, chance);
      return Uint8Array.from([...bytes.subarray(0, to), ...bytes.subarray(from)]);
    },
  },
  {
    name: 'a piece missing',
    apply(bytes, chance) {
      const [from, to] = range(bytes, chance);
      return Uint8Array.from([...bytes.subarray(0, from), ...bytes.subarray(to)]);
    },
  },
  // sizes and offsets stand at the beginning of every format
  {
    name: 'a bit of the first 32 bytes',
    apply: (bytes, chance) => flipped(bytes, 1, (most) => chance(Math.min(most, 32 * 8))),
  },
];

/** Damages bytes; equal keys damage equally. By chance the result may equal the original. */
export function damaged(bytes: Uint8Array, key: Key): { readonly name: string; readonly bytes: Uint8Array } {
  const chances = drawUniform(fold(key, 'damage'), 8);
  let next = 0;
  const chance = (most: number) => Math.floor(chances[next++]! * most);
  const { name, apply } = damages[chance(damages.length)]!;
  return { name, bytes: apply(new Uint8Array(bytes), chance) }; // of a Buffer, whose slices would not be copies
}

function flipped(bytes: Uint8Array, bits: number, chance: (most: number) => number): Uint8Array {
  const result = bytes.slice();
  for (let i = 0; i < bits; i++) {
    const bit = chance(bytes.length * 8);
    result[bit >> 3]! ^= 1 << (bit & 7);
  }
  return result;
}

function filled(bytes: Uint8Array, value: number, chance: (most: number) => number): Uint8Array {
  const [from, to] = range(bytes, chance);
  return bytes.slice().fill(value, from, to);
}

function range(bytes: Uint8Array, chance: (most: number) => number): [from: number, to: number] {
  const from = chance(bytes.length);
  return [from, from + 1 + chance(Math.min(64, bytes.length - from))];
}
