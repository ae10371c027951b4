// A project's node_modules without a registry: our packages unpacked, all others linked to the copies that the
// workspace has.
import { existsSync, mkdirSync, realpathSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { manifestOf, packageFolders, root, unpack } from './packing.ts';

interface LayoutOptions {
  readonly names?: readonly string[];
  readonly without?: readonly string[];
  readonly beside?: readonly string[];
}

/**
 * Fills a project's node_modules with packed packages and all their dependencies and peers.
 *
 * @param without names of optional peers that this project does not have
 * @param beside packages that the user installs by themselves
 */
export function layOut(
  project: string,
  tarballs: ReadonlyMap<string, string>,
  { names = [...tarballs.keys()], without = [], beside = [] }: LayoutOptions = {},
): void {
  const modules = join(project, 'node_modules');
  for (const name of beside) link(name, join(modules, name));
  for (const name of names) unpack(tarballs.get(name)!, join(modules, name));
  for (const name of names) {
    const { dependencies, peerDependencies } = manifestOf(join(modules, name));
    for (const other of Object.keys({ ...dependencies, ...peerDependencies })) {
      if (!tarballs.has(other) && !without.includes(other)) link(other, join(modules, other));
    }
  }
}

function link(name: string, to: string): void {
  if (existsSync(to)) return;
  mkdirSync(dirname(to), { recursive: true });
  symlinkSync(workspaceCopy(name), to);
}

/** Where pnpm put a package that one of ours, or the workspace itself, depends on. */
function workspaceCopy(name: string): string {
  const folders = ['.', ...packageFolders().map((folder) => join('packages', folder))];
  const places = folders.map((folder) => join(root, folder, 'node_modules', name));
  const found = places.find((place) => existsSync(place));
  if (found === undefined) throw new Error(`${name}: no workspace package depends on it`);
  return realpathSync(found);
}
