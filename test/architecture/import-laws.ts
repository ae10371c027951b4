// Laws about who imports whom. Each takes the repository's files and names every violation: file → import: reason.
import { isBuiltin } from 'node:module';
import type { FileMap } from './file-map.ts';
import { type Import, importsOf, roomAt, target } from './imports.ts';
import { allowedRooms, doors, plainDoorOf, roomOf, roomsBelow, specifierOf } from './packages-table.ts';

const isPackageCode = (path: string) => /^packages\/[^/]+\/(src|bin)\//.test(path);
const anywhere = () => true;
const arrow = ({ from, specifier }: Import, why: string) => `${from} → ${specifier}: ${why}`;

/** Every import between packages goes down the table. */
export function importsGoDown(files: FileMap): string[] {
  return importsOf(files, isPackageCode).flatMap((found) => {
    const [room, imported] = [roomAt(found.from)!, roomOf(found.specifier)];
    if (imported === undefined || imported === room || allowedRooms(room).has(imported)) return [];
    return [arrow(found, `${room} may import ${[...allowedRooms(room)].join(', ') || 'no other room'}`)];
  });
}

/** A package.json's dependencies go down the table as well, and every package has its row. */
export function dependenciesGoDown(files: FileMap): string[] {
  return Object.keys(files).flatMap((path) => {
    const room = /^packages\/([^/]+)\/package\.json$/.exec(path)?.[1];
    if (room === undefined) return [];
    if (!Object.hasOwn(roomsBelow, room)) return [`${path}: packages-table.ts has no row for ${room}`];
    return declared(files, room)
      .map((dependency) => ({ dependency, other: roomOf(dependency) }))
      .filter(({ other }) => other !== undefined && !allowedRooms(room).has(other))
      .map(({ dependency }) => `${path} → ${dependency}: ${room} must not depend on it`);
  });
}

/** The lab's page and worker are published as bundles, with all that they import. */
const isBundled = (path: string) => /^packages\/lab\/src\/(page|worker)\//.test(path);

/**
 * Every package that is imported is declared, so it is found after publishing too. `bin/` runs in the workspace only.
 */
export function importsAreDeclared(files: FileMap): string[] {
  return importsOf(files, isPackageCode).flatMap((found) => {
    const name = packageName(found.specifier);
    const room = roomAt(found.from)!;
    const inWorkspaceOnly = found.from.startsWith(`packages/${room}/bin/`) || isBundled(found.from);
    if (name === undefined || declared(files, room, inWorkspaceOnly).includes(name)) return [];
    return [arrow(found, `packages/${roomAt(found.from)}/package.json does not list ${name} in dependencies`)];
  });
}

/** Libraries with one door are imported by no other room. */
export function doorsAreKept(files: FileMap): string[] {
  return importsOf(files, isPackageCode).flatMap((found) => {
    const door = doors.find(({ prefix }) => found.specifier.startsWith(prefix));
    if (door === undefined || door.room === roomAt(found.from)) return [];
    return [arrow(found, `only ${door.room} may import it`)];
  });
}

/**
 * Packages are entered by their names, or by their plain doors: neither `@flowvae/x/src/…` nor a relative path that
 * leaves the package. Only `test/`, and one file of the benchmark, may use relative paths into a package, to test or
 * measure a part that users do not see without exporting it for that.
 */
export function noDeepImports(files: FileMap): string[] {
  return importsOf(files, anywhere).flatMap((found) => {
    const room = roomOf(found.specifier);
    const isDoor = room !== undefined && [specifierOf(room), plainDoorOf(room)].includes(found.specifier);
    if (room !== undefined && !isDoor) return [arrow(found, `import ${specifierOf(room)} itself`)];
    const other = found.specifier.startsWith('.') ? roomAt(target(found)!) : undefined;
    if (other === undefined || other === roomAt(found.from) || mayReachIn(found.from)) return [];
    return [arrow(found, `reaches into packages/${other}; import ${specifierOf(other)}`)];
  });
}

const mayReachIn = (path: string) => path.startsWith('test/') || path === 'experiments/bench/compiler-parts.ts';

/** `experiments/` and `test/` sit on top: no package imports them, and of the two only `test/` looks at the other. */
export function topIsNotImported(files: FileMap): string[] {
  return importsOf(files, anywhere).flatMap((found) => {
    const [top] = (target(found) ?? '').split('/');
    const isTested = top === 'experiments' && found.from.startsWith('test/');
    if ((top !== 'experiments' && top !== 'test') || isTested || found.from.startsWith(`${top}/`)) return [];
    return [arrow(found, `nothing imports ${top}/`)];
  });
}

/** Inside a package, files import their siblings; its doors are for others. */
export function indexIsForOthers(files: FileMap): string[] {
  return importsOf(files, isPackageCode).flatMap((found) => {
    const ownDoors = ['index', 'plain'].map((name) => `packages/${roomAt(found.from)}/src/${name}.ts`);
    return ownDoors.includes(target(found)!) ? [arrow(found, 'import the sibling file, not the own index')] : [];
  });
}

/** The npm name in a specifier; undefined for paths inside the package and Node's modules. */
function packageName(specifier: string): string | undefined {
  if (/^[.#]/.test(specifier) || isBuiltin(specifier)) return undefined;
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

function declared(files: FileMap, room: string, forDevelopment = false): string[] {
  const manifest = JSON.parse(files[`packages/${room}/package.json`] ?? '{}');
  const published = { ...manifest.dependencies, ...manifest.peerDependencies, ...manifest.optionalDependencies };
  return Object.keys(forDevelopment ? { ...manifest.devDependencies, ...published } : published);
}
