// The files of a run beside the page, read and checked. Loads no tensor library.
import { ExpectationError, elementCount } from '@flowvae/tensor/plain';
import { type LabRun, runFiles } from '../../lab-run.ts';
import { readBeside } from '../parts/beside.ts';

/** A run and its arrays. */
export interface RunData {
  readonly run: LabRun;
  /** A safetensors file. */
  readonly parameters: Uint8Array<ArrayBuffer>;
  /** Rows of test pictures, `run.data.count` of `run.model.pixels` bytes from 0 to 255. */
  readonly images: Uint8Array<ArrayBuffer>;
  /** The class of each row; absent: the data have none. */
  readonly labels?: Uint8Array<ArrayBuffer>;
}

/** Gives the bytes of a file by its path in {@link runFiles}. */
export type ReadFile = (path: string) => Promise<Uint8Array<ArrayBuffer>>;

/**
 * Reads the arrays of a run.
 *
 * @param read default: from beside the page
 * @throws ExpectationError for a file that has another length than the description says; Error from `read`
 */
export async function readRunData(run: LabRun, read: ReadFile = readBeside): Promise<RunData> {
  const { count, classes } = run.data;
  const { pixels, shape } = run.model;
  if (elementCount(shape) !== pixels) {
    const expected = `a shape of ${pixels} values`;
    throw new ExpectationError({ where: runFiles.description, expected, received: shape.join(' x ') });
  }
  const [parameters, images, labels] = await Promise.all([
    read(runFiles.parameters),
    read(runFiles.images),
    classes ? read(runFiles.labels) : undefined,
  ]);
  refuseLength(runFiles.images, images, count * pixels, `${count} pictures of ${pixels} values`);
  if (!labels) return { run, parameters, images };
  refuseLength(runFiles.labels, labels, count, `a class for each of ${count} pictures`);
  return { run, parameters, images, labels };
}

function refuseLength(where: string, { length }: Uint8Array, wanted: number, content: string): void {
  if (length === wanted) return;
  throw new ExpectationError({
    where,
    expected: `${wanted} bytes, ${content}`,
    received: `${length}`,
    remedy: 'make the files anew by `flowvae lab <run>`',
  });
}

/** The bytes of one picture. */
export const pictureAt = ({ run, images }: Pick<RunData, 'run' | 'images'>, index: number): Uint8Array<ArrayBuffer> =>
  images.slice(index * run.model.pixels, (index + 1) * run.model.pixels);

/** Whether all pictures are black and white, so that own pictures must be so too. */
export const isBinary = ({ images }: Pick<RunData, 'images'>): boolean =>
  images.every((value) => value === 0 || value === 255);
