// Files and workers that lie beside the page, or inside it where it is one file.

/** A page of one file holds its parts in this variable: texts of files in base64, by their paths. */
const inside = (globalThis as { flowvaeFiles?: Readonly<Record<string, string>> }).flowvaeFiles;

/** Whether the page is one file: it has no server to ask. */
export const isSingleFile = inside !== undefined;

const decoded = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));

/** A file's bytes. @throws Error if the file is missing */
export async function readBeside(path: string): Promise<Uint8Array<ArrayBuffer>> {
  if (inside) {
    const text = inside[path];
    if (text === undefined) throw new Error(`the page has no ${path}`);
    return decoded(text);
  }
  const response = await fetch(path);
  if (!response.ok) throw new Error(`${path}: the server answered ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}

/** A file that was compressed by gzip. */
export async function readCompressed(path: string): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([await readBeside(path)]).stream().pipeThrough(new DecompressionStream('gzip'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** The address of the one worker program of a page of one file. */
let workerInside: string | undefined;

/** Starts a worker of the given work. */
export function startWorker(name: string): Worker {
  if (!inside) return new Worker('worker.js', { type: 'module', name });
  workerInside ??= URL.createObjectURL(new Blob([decoded(inside['worker.js']!)], { type: 'text/javascript' }));
  return new Worker(workerInside, { name });
}
