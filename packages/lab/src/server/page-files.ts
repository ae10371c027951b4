// The files of the page, and of a run beside it, by their paths in the address.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ExpectationError } from '@flowvae/tensor/plain';
import { type LabRun, runFiles } from '../lab-run.ts';

/** Bytes of a file that is made, or the path of one on the disk. */
export type PageFile = Uint8Array | { readonly path: string };

/** Files by their paths beside the page, such as `run/run.json`. */
export type PageFiles = ReadonlyMap<string, PageFile>;

const bundle = fileURLToPath(new URL('../../bundle/', import.meta.url));

/** A run's arrays beside its description. */
export interface RunArrays {
  /** A safetensors file. */
  readonly parameters: Uint8Array;
  /** Rows of test data, bytes. */
  readonly images: Uint8Array;
  /** A class for each row. */
  readonly labels?: Uint8Array | undefined;
}

/** A run beside the page. */
export interface PageRun {
  readonly description: LabRun;
  readonly arrays: RunArrays;
}

/** The mark in the page that a run lies beside it. */
const RUN_MARK = '<meta name="flowvae-run" content="yes" />';

/**
 * The page's own files, and those of a run.
 *
 * @param folder of the built page; default: that of this package
 * @throws ExpectationError if the page has not been built
 */
export function pageFiles(run?: PageRun, folder: string = bundle): Map<string, PageFile> {
  if (!existsSync(join(folder, 'index.html'))) {
    throw new ExpectationError({
      where: 'lab',
      expected: `the built page in ${folder}`,
      received: 'none',
      remedy: 'build it: npx -y pnpm@10.34.9 -r run build:page',
    });
  }
  const own = filesUnder(folder).map((path) => [relative(folder, path).split(sep).join('/'), { path }] as const);
  const files = new Map<string, PageFile>(own);
  if (!run) return files;
  const { description, arrays } = run;
  const page = readFileSync(join(folder, 'index.html'), 'utf8').replace('</head>', `${RUN_MARK}</head>`);
  files.set('index.html', new TextEncoder().encode(page));
  files.set(runFiles.description, new TextEncoder().encode(JSON.stringify(description)));
  files.set(runFiles.parameters, arrays.parameters);
  files.set(runFiles.images, arrays.images);
  if (arrays.labels) files.set(runFiles.labels, arrays.labels);
  return files;
}

/** The bytes of a file. */
export const readPageFile = (file: PageFile): Uint8Array =>
  file instanceof Uint8Array ? file : readFileSync(file.path);

const filesUnder = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
