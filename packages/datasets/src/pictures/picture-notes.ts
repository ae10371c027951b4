// Decisions about pictures, one sentence each.
import type { PictureHeader } from './picture-decoder.ts';

/** Sentences about properties of some pictures, by their headers. */
const properties: readonly { readonly holds: (header: PictureHeader) => boolean; readonly note: string }[] = [
  { holds: ({ hasWords }) => hasWords, note: 'have 16 bits a channel; the upper 8 are kept' },
  { holds: ({ isCmyk }) => isCmyk, note: 'are CMYK; they become RGB without colour management' },
  { holds: ({ isTurned }) => isTurned, note: 'are turned or mirrored as their EXIF orientation says' },
  { holds: ({ hasProfile }) => hasProfile, note: 'have a colour profile; levels are read as they are' },
  { holds: ({ frames }) => frames > 1, note: 'are animated; the first frame is kept' },
];

/** The notes that the headers give. */
export function headerNotes(headers: readonly PictureHeader[]): string[] {
  return properties.flatMap(({ holds, note }) => countNote(headers.filter(holds).length, headers.length, note));
}

/** A sentence about some of all pictures; none about none. */
export function countNote(count: number, all: number, note: string): string[] {
  if (count === 0) return [];
  return [count === all ? `All pictures ${note}.` : `${count} of ${all} pictures ${note}.`];
}
