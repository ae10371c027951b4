// Reads the PDF files that figures writes, from the PDF specification (ISO 32000): an oracle that shares no code with
// the canvas that drew them.
import { inflateSync } from 'node:zlib';

/** An image of a PDF. */
interface PdfImage {
  readonly width: number;
  readonly height: number;
  /** Red, green and blue of each pixel, row by row. */
  readonly bytes: Uint8Array;
}

/** A PDF of one page. */
export interface Pdf {
  readonly version: string;
  readonly pages: number;
  readonly width: number;
  readonly height: number;
  /** Dictionaries of all objects. */
  readonly text: string;
  /** The operators that draw the page. */
  readonly content: string;
  readonly images: readonly PdfImage[];
  /** The kinds of fonts, such as `Type0` and `Type3`. */
  readonly fonts: readonly string[];
}

interface Stream {
  readonly id: string;
  readonly dictionary: string;
  readonly data: Buffer;
}

const numberAfter = (name: string, text: string) => Number(new RegExp(`/${name} (\\d+)`).exec(text)?.[1]);

export function readPdf(file: Uint8Array): Pdf {
  const bytes = Buffer.from(file);
  const text = bytes.toString('latin1');
  const streams = streamsOf(bytes, text);
  const [, width, height] = /\/MediaBox \[0 0 (\S+) (\S+)\]/.exec(text)!.map(Number);
  const contents = /\/Contents (\d+) 0 R/.exec(text)![1];
  return {
    version: text.slice(0, 8),
    pages: [...text.matchAll(/\/Type \/Page\n/g)].length,
    width: width!,
    height: height!,
    text,
    content: streams.find(({ id }) => id === contents)!.data.toString('latin1'),
    images: streams
      .filter(({ dictionary }) => dictionary.includes('/Subtype /Image'))
      .map(({ dictionary, data }) => {
        return { width: numberAfter('Width', dictionary), height: numberAfter('Height', dictionary), bytes: data };
      }),
    fonts: [...text.matchAll(/\/Type \/Font\n\/Subtype \/(\w+)/g)].map(([, kind]) => kind!),
  };
}

function streamsOf(bytes: Buffer, text: string): Stream[] {
  return [...text.matchAll(/(\d+) 0 obj\n<<((?:(?!endobj)[\s\S])*?)>> stream\n/g)].map(
    ({ 0: whole, 1: id, 2: dict, index }) => {
      const start = index + whole.length;
      const data = bytes.subarray(start, start + numberAfter('Length', dict!));
      return { id: id!, dictionary: dict!, data: dict!.includes('/FlateDecode') ? inflateSync(data) : data };
    },
  );
}
