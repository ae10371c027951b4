// The packages as users get them: built, packed into tarballs, and unpacked again.
import { type SpawnSyncOptions, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/** A command's output; one that fails is an error with all that it said. */
export function run(
  command: string,
  args: readonly string[],
  { env, ...options }: Pick<SpawnSyncOptions, 'cwd' | 'env'> = {},
): string {
  // A package manager that started this process tells its children where its own project is.
  const inherited = Object.entries(process.env).filter(([name]) => !/^(npm_|NODE_OPTIONS$|VITEST)/i.test(name));
  const child = spawnSync(command, args, {
    ...options,
    env: { ...Object.fromEntries(inherited), ...env },
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  if (child.status === 0) return child.stdout;
  const said = [child.error?.message, child.stdout, child.stderr].filter(Boolean).join('\n');
  throw new Error(`${basename(command)} ${args.join(' ')}: exit code ${child.status}\n${said}`);
}

const pnpm = ['-y', 'pnpm@10.34.9'];

/** The folders of the public packages. */
export const packageFolders = (): string[] => readdirSync(join(root, 'packages'));

/** Builds all packages from nothing, so that no file of an earlier build is packed. */
export function buildPackages(): void {
  for (const name of packageFolders()) {
    rmSync(join(root, 'packages', name, 'dist'), { recursive: true, force: true });
    rmSync(join(root, 'packages', name, 'tsconfig.tsbuildinfo'), { force: true });
  }
  run(join(root, 'node_modules/.bin/tsc'), ['-b', 'packages/flowvae'], { cwd: root });
}

/** `pnpm pack` of every package that is built; paths of the tarballs by package name. */
export function packPackages(destination: string): ReadonlyMap<string, string> {
  const args = [...pnpm, '-r', '--filter', './packages/*', 'pack', '--pack-destination', destination];
  run('npx', args, { cwd: root, env: { npm_config_ignore_scripts: 'true' } }); // the build is `buildPackages`'s
  const tarballs = readdirSync(destination).filter((file) => file.endsWith('.tgz'));
  return new Map(tarballs.map((file) => [packedName(join(destination, file)), join(destination, file)]));
}

function packedName(tarball: string): string {
  return (JSON.parse(run('tar', ['xzOf', tarball, 'package/package.json'])) as { name: string }).name;
}

/** Unpacks a tarball into a folder, as an installation does. */
export function unpack(tarball: string, folder: string): void {
  mkdirSync(folder, { recursive: true });
  run('tar', ['xzf', tarball, '-C', folder, '--strip-components=1']);
}

/** The manifest in a folder. */
export const manifestOf = (folder: string) =>
  JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    readonly name: string;
    readonly dependencies?: Readonly<Record<string, string>>;
    readonly peerDependencies?: Readonly<Record<string, string>>;
    readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
  };
