// Reads the PNG files that figures writes (8 bits a channel, RGB or RGBA, not interlaced), from the PNG specification:
// an oracle that shares no code with the canvas that drew them.
import { inflateSync } from 'node:zlib';

/** A decoded picture. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  /** Row by row, one number a pixel: 0xRRGGBB. */
  readonly colors: Uint32Array;
}

export const pngSignature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

export function decodePng(file: Uint8Array): Picture {
  const chunks = readChunks(Buffer.from(file.buffer, file.byteOffset, file.byteLength));
  const header = chunks.find(({ type }) => type === 'IHDR')!.data;
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  const [depth, color, , , interlaced] = header.subarray(8);
  const channels = color === 6 ? 4 : 3;
  if (depth !== 8 || (color !== 6 && color !== 2) || interlaced !== 0) throw new Error(`PNG of another kind: ${color}`);
  const data = inflateSync(Buffer.concat(chunks.filter(({ type }) => type === 'IDAT').map((chunk) => chunk.data)));
  const pixels = unfilter(data, height, width * channels, channels);
  const colors = new Uint32Array(width * height);
  for (let i = 0, at = 0; i < colors.length; i++, at += channels) {
    colors[i] = pixels[at]! * 0x10000 + pixels[at + 1]! * 0x100 + pixels[at + 2]!;
  }
  return { width, height, colors };
}

function readChunks(file: Buffer): { readonly type: string; readonly data: Buffer }[] {
  const chunks = [];
  for (let at = 8; at < file.length; at += 12 + file.readUInt32BE(at)) {
    const length = file.readUInt32BE(at);
    chunks.push({ type: file.toString('latin1', at + 4, at + 8), data: file.subarray(at + 8, at + 8 + length) });
  }
  return chunks;
}

/** The five row filters of section 9 of the specification: the prediction of each for a byte. */
const guesses: readonly ((left: number, up: number, corner: number) => number)[] = [
  () => 0,
  (left) => left,
  (_, up) => up,
  (left, up) => (left + up) >> 1,
  paeth,
];

function unfilter(data: Uint8Array, rows: number, stride: number, channels: number): Uint8Array {
  const out = new Uint8Array(rows * stride);
  for (let row = 0; row < rows; row++) {
    const guess = guesses[data[row * (stride + 1)]!]!;
    for (let i = 0; i < stride; i++) {
      const here = row * stride + i;
      const left = i >= channels ? out[here - channels]! : 0;
      const up = row > 0 ? out[here - stride]! : 0;
      const corner = row > 0 && i >= channels ? out[here - stride - channels]! : 0;
      out[here] = data[row * (stride + 1) + 1 + i]! + guess(left, up, corner);
    }
  }
  return out;
}

function paeth(left: number, up: number, corner: number): number {
  const toLeft = Math.abs(up - corner);
  const toUp = Math.abs(left - corner);
  const toCorner = Math.abs(left + up - 2 * corner);
  if (toLeft <= toUp && toLeft <= toCorner) return left;
  return toUp <= toCorner ? up : corner;
}
