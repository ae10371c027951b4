// Larochelle's text files of bits: a row of 0 and 1 for each datum, with spaces between them.
import { ExpectationError } from '@flowvae/tensor/plain';
import { type ByteSource, bytesInMemory } from '../stored/byte-source.ts';
import { storedArray } from '../stored/stored-array.ts';
import { reshaped } from '../stored/views.ts';
import { type NamedArrays, type OpenArraysOptions, openFields } from './named-arrays.ts';

const [ZERO, ONE, SPACE, TAB, NEWLINE, RETURN] = [0x30, 0x31, 0x20, 0x09, 0x0a, 0x0d];

/** Whether bytes can be the beginning of such a file. */
export const isBitText = (head: Uint8Array): boolean =>
  (head[0] === ZERO || head[0] === ONE) &&
  head.every((byte) => [ZERO, ONE, SPACE, TAB, NEWLINE, RETURN].includes(byte)) &&
  head.some((byte) => byte === SPACE || byte === TAB);

/** MNIST's pixels: rows of so many bits are images. */
const [SIDE, PIXELS] = [28, 784];

/**
 * The bits of an .amat file, called `data`: [n, 28, 28] where rows have 784 bits, otherwise [n, width].
 *
 * @throws ExpectationError where something else than 0, 1 and white space stands in the file, or a row is longer or
 * shorter than the first
 * @see Larochelle & Murray 2011, "The neural autoregressive distribution estimator", AISTATS 15: the binarised MNIST
 */
export function readAmat(source: ByteSource, options: OpenArraysOptions = {}): NamedArrays {
  const { where } = source;
  const { bits, width } = parseBits(source);
  const shape = [bits.length / width, width];
  const rows = storedArray(bytesInMemory(bits, where), { shape, type: 'b1', offset: 0, littleEndian: true });
  const isImage = width === PIXELS;
  const open = () => (isImage ? reshaped(rows, [SIDE, SIDE]) : rows);
  const { arrays } = openFields(where, [{ name: 'data', open }], options);
  return { arrays, notes: isImage ? [`rows of ${PIXELS} bits are images of ${SIDE} x ${SIDE}`] : [] };
}

const PIECE = 2 ** 20;

/** One pass over the text, a piece at a time; the bits take half of its length at most. */
function parseBits(source: ByteSource): { readonly bits: Uint8Array; readonly width: number } {
  const bits = new Uint8Array(Math.ceil(source.length / 2));
  const lines = new LineWidths(source.where);
  let filled = 0;
  let isInside = false; // a digit stands right before
  for (let start = 0; start < source.length; start += PIECE) {
    const text = source.read(start, Math.min(start + PIECE, source.length));
    for (let i = 0; i < text.length; i++) {
      const byte = text[i]!;
      if (byte === SPACE || byte === TAB || byte === RETURN) {
        isInside = false;
      } else if (byte === ZERO || byte === ONE) {
        if (isInside) throw lines.refuse('bits with spaces between them', 'two digits in a row');
        bits[filled++] = byte - ZERO;
        isInside = true;
      } else if (byte === NEWLINE) {
        lines.end(filled);
        isInside = false;
      } else {
        throw lines.refuse('digits 0 and 1 with spaces between them', `${JSON.stringify(String.fromCharCode(byte))}`);
      }
    }
  }
  lines.end(filled);
  if (lines.width === 0) throw lines.refuse('rows of bits', 'none');
  return { bits: bits.subarray(0, filled), width: lines.width };
}

/** Checks that every line has as many bits as the first; empty lines are passed over. */
class LineWidths {
  readonly #where: string;
  width = 0;
  #line = 1;
  #start = 0;

  constructor(where: string) {
    this.#where = where;
  }

  /** @param filled bits up to the end of this line */
  end(filled: number): void {
    const found = filled - this.#start;
    if (this.width === 0) this.width = found;
    if (found !== this.width && found !== 0) throw this.refuse(`${this.width} bits, as in the first`, `${found}`);
    this.#start = filled;
    this.#line++;
  }

  refuse(expected: string, received: string): ExpectationError {
    const remedy = 'other tables of numbers are read as .csv, .tsv or .npy';
    return new ExpectationError({ where: `${this.#where}: line ${this.#line}`, expected, received, remedy });
  }
}
