// Laws about twins: files that a browser gets in place of those that need Node, by `imports` of package.json.
import { posix } from 'node:path';
import type { FileMap } from './file-map.ts';
import { importsOf, roomAt } from './imports.ts';

type Twins = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Every `#` import is in package.json, and every entry there is imported. */
export function twinsAreImported(files: FileMap): string[] {
  const found = importsOf(files, (path) => path.startsWith('packages/')).filter(({ specifier }) =>
    specifier.startsWith('#'),
  );
  const unknown = found
    .filter(({ inNode }) => inNode === undefined)
    .map(({ from, specifier }) => `${from} → ${specifier}: packages/${roomAt(from)}/package.json has no such import`);
  const idle = manifests(files).flatMap(({ room, path, own }) =>
    Object.keys(own)
      .filter((name) => !found.some(({ from, specifier }) => specifier === name && roomAt(from) === room))
      .map((name) => `${path}: ${name}: no file imports it`),
  );
  return [...unknown, ...idle];
}

/** Each twin has a file for browsers and one for Node, and the published package has the same two, built. */
export function twinsArePublished(files: FileMap): string[] {
  return manifests(files).flatMap(({ room, path, own, published }) => {
    const names = [...new Set([...Object.keys(own), ...Object.keys(published)])];
    return names.flatMap((name) => {
      const [here, there] = [own[name], published[name]].map((twin) => (twin ? [twin.browser, twin.default] : []));
      const missing = here!.filter((file) => !file || !isThere(files, `packages/${room}`, file));
      if (here!.length === 0 || missing.length > 0) return [`${path}: ${name}: a file is missing`];
      const expected = here!.map((file) => built(file!)).join(', ');
      return there!.join(', ') === expected
        ? []
        : [`${path}: ${name}: expected ${expected} to be published, got ${there!.join(', ') || 'none'}`];
    });
  });
}

const manifests = (files: FileMap) =>
  Object.keys(files).flatMap((path) => {
    const room = /^packages\/([^/]+)\/package\.json$/.exec(path)?.[1];
    if (room === undefined) return [];
    const { imports: own = {}, publishConfig } = JSON.parse(files[path]!);
    return [{ room, path, own: own as Twins, published: (publishConfig?.imports ?? {}) as Twins }];
  });

/** Files in wasm/ are built. */
const isThere = (files: FileMap, folder: string, file: string): boolean =>
  file.startsWith('./wasm/') || Object.hasOwn(files, posix.join(folder, file));

const built = (file: string): string => file.replace(/^\.\/src\//, './dist/').replace(/\.ts$/, '.js');
