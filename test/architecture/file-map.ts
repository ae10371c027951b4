// The repository as the laws see it: paths and texts, so that a law can be tried on a made-up repository as well.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** File texts by path from the repository's root, with `/` between folders. */
export type FileMap = Readonly<Record<string, string>>;

/** Folders that git ignores, by name; `runs` only at the top, where a user's runs lie. */
const ignored = (path: string) =>
  /(^|\/)(node_modules|dist|wasm|bundle|\.git|\.api|\.examples-\w+)$/.test(path) || path === 'runs';
const hasText = (path: string) => /\.(ts|mts|js|mjs|json)$|(^|\/)\.gitignore$/.test(path);

/** Reads all files that could be committed; of files that no law reads, only the path. */
export function readRepository(root: string): FileMap {
  const paths = filesUnder(root, '');
  return Object.fromEntries(paths.map((path) => [path, hasText(path) ? readFileSync(join(root, path), 'utf8') : '']));
}

function filesUnder(root: string, folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (ignored(path)) return [];
    return entry.isDirectory() ? filesUnder(root, path) : [path];
  });
}
