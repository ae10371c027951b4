// Laws about plain doors: the files behind them load no library that takes seconds, and published packages have them
// too.
import type { FileMap } from './file-map.ts';
import { importsOf, target } from './imports.ts';
import { doors, plainDoorOf } from './packages-table.ts';

/** The command: its imports before the work give help, versions, completion and every refusal. */
const COMMAND = 'packages/flowvae/src/command/main.ts';

const isPlainDoor = (path: string) => /^packages\/[^/]+\/src\/plain\.ts$/.test(path);

/**
 * Neither the command nor a plain door imports, over any number of files, a library with one door; `import()` is for
 * the work.
 */
export function plainCodeIsLight(files: FileMap): string[] {
  const loaded = importsOf(files, (path) => path.startsWith('packages/')).filter(
    ({ typeOnly, isDeferred }) => !typeOnly && !isDeferred,
  );
  const heavy = (specifier: string) => doors.some(({ prefix }) => specifier.startsWith(prefix));
  const roots = Object.keys(files).filter((path) => path === COMMAND || isPlainDoor(path));
  return roots.flatMap((root) => {
    const [found, seen] = [[] as string[], new Set<string>()];
    const walk = (file: string, path: readonly string[]): void => {
      if (seen.has(file)) return;
      seen.add(file);
      for (const each of loaded.filter(({ from }) => from === file)) {
        if (heavy(each.specifier)) found.push([...path, file, each.specifier].join(' → '));
        const next = target(each);
        if (next !== undefined) walk(next, [...path, file]);
      }
    };
    walk(root, []);
    return found;
  });
}

/**
 * A plain door is declared in the workspace and in the published package, with its types; nothing else is, but the
 * index.
 */
export function plainDoorsAreDeclared(files: FileMap): string[] {
  return Object.keys(files).flatMap((path) => {
    const room = /^packages\/([^/]+)\/package\.json$/.exec(path)?.[1];
    if (room === undefined) return [];
    const { exports: own = {}, publishConfig = {} } = JSON.parse(files[path]!);
    const published = publishConfig.exports ?? {};
    const names = [...new Set([...Object.keys(own), ...Object.keys(published)])].filter((name) => name !== '.');
    const surplus = names
      .filter((name) => name !== './plain')
      .map((name) => `${path}: ${name}: packages have no such door`);
    const isThere = Object.hasOwn(files, `packages/${room}/src/plain.ts`);
    const expected = isThere ? ['./src/plain.ts', './dist/plain.d.ts', './dist/plain.js'] : [];
    const { types, default: code } = published['./plain'] ?? {};
    const declared = [own['./plain'], types, code].filter((each) => each !== undefined);
    if (declared.join() === expected.join()) return surplus;

    return [
      ...surplus,
      `${path}: ${plainDoorOf(room)}: expected ${expected.join(', ') || 'none'}, got ${declared.join(', ') || 'none'}`,
    ];
  });
}
