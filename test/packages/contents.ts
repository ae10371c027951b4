// The faults of a packed package: found by publint, by attw, and by its own files' imports.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { manifestOf, root } from './packing.ts';

/** Everything publint says about an unpacked package. */
export async function publintFindings(folder: string): Promise<string[]> {
  const { messages, pkg } = await publint({ pkgDir: folder, pack: false, strict: true });
  return messages.map((message) => formatMessage(message, pkg, { color: false }) ?? message.code);
}

/** The findings of `attw --profile esm-only` about a tarball; none if it is content. */
export function attwFindings(tarball: string): string[] {
  const attw = join(root, 'test/node_modules/.bin/attw');
  const child = spawnSync(attw, [tarball, '--profile', 'esm-only', '--format', 'ascii', '--no-color'], {
    encoding: 'utf8',
  });
  return child.status === 0 ? [] : [child.stdout + child.stderr];
}

/**
 * Files that the code looks for beside itself (`new URL('./worker.js', import.meta.url)`), versions and texts that a
 * package must not lack.
 */
export function missingParts(folder: string): string[] {
  const files = ['README.md', 'LICENSE', 'dist/index.js', 'dist/index.d.ts'].filter(
    (file) => !existsSync(join(folder, file)),
  );
  const scripts = filesUnder(folder).filter((file) => file.endsWith('.js'));
  const asked = scripts.flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/new URL\(['"](\.[^'"]+)['"], import\.meta\.url\)/g)]
      .map(([, path]) => join(dirname(file), path!))
      .filter((path) => !existsSync(path))
      .map((path) => `${relative(folder, path)}, which ${relative(folder, file)} loads`),
  );
  return [...files, ...asked].map((file) => `no ${file}`);
}

/** Versions that only a workspace can resolve. */
export function unresolvedVersions(folder: string): string[] {
  const { dependencies, peerDependencies } = manifestOf(folder);
  return Object.entries({ ...dependencies, ...peerDependencies })
    .filter(([, version]) => /^(workspace|catalog|link|file):/.test(version))
    .map(([name, version]) => `${name}: ${version}`);
}

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
