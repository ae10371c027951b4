// Several sources, or several arrays of one, as one source: the order decides which part is for training and test.
import { ExpectationError } from '@flowvae/tensor/plain';
import type { SplitName } from '../sets/data-set.ts';
import { joinedChecksum } from './file-checksum.ts';
import type { OpenedSource } from './opened-part.ts';

/** The splits of two and of three parts, in their order. */
const orders: Readonly<Record<number, readonly SplitName[]>> = {
  2: ['train', 'test'],
  3: ['train', 'validation', 'test'],
};

/**
 * One source of all.
 *
 * @param text the text that names them, for errors
 * @throws ExpectationError for more than three parts, or where one of several sources is divided already
 */
export function joinedSource(text: string, sources: readonly OpenedSource[]): OpenedSource {
  const [first, ...others] = sources as [OpenedSource, ...OpenedSource[]];
  const parts = sources.flatMap((source) => source.parts);
  const isDivided = parts.some(({ role }) => role !== undefined);
  if (others.length === 0 && (isDivided || parts.length === 1)) return first;
  const roles = isDivided ? undefined : orders[parts.length];
  if (!roles) {
    throw new ExpectationError({
      where: `data ${text}`,
      expected: 'training and test data, or training, validation and test data',
      received: isDivided ? 'a source among others that is divided already' : `${parts.length} parts`,
    });
  }
  return {
    ...first,
    parts: parts.map((part, i) => ({ ...part, name: roles[i]!, role: roles[i]! })),
    notes: others.length === 0 ? first.notes : sources.flatMap(namedNotes),
    checksum: () => joinedChecksum(sources.map((source) => source.checksum())),
    close() {
      for (const source of sources) source.close();
    },
  };
}

const namedNotes = ({ name, notes }: OpenedSource): string[] => notes.map((note) => `${name}: ${note}`);
