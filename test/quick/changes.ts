// The changes of a working tree, from git.
import { spawnSync } from 'node:child_process';

function git(root: string, args: readonly string[]): string[] | undefined {
  const { status, stdout } = spawnSync('git', args, { cwd: root, encoding: 'utf8' });
  return status === 0 ? stdout.split('\n').filter((line) => line !== '') : undefined;
}

/**
 * Paths of files that differ from where the branch left `main`, new ones included; on a clean `main` those of the last
 * commit.
 *
 * @returns nothing where git knows no such place
 */
export function changedFiles(root: string, since?: string): string[] {
  const bases = since === undefined ? ['origin/main', 'main'] : [since];
  const [base] = bases.flatMap((name) => git(root, ['merge-base', 'HEAD', name]) ?? []);
  const fromBase = base === undefined ? [] : (git(root, ['diff', '--name-only', base]) ?? []);
  const changed = [...fromBase, ...(git(root, ['ls-files', '--others', '--exclude-standard']) ?? [])];
  if (changed.length > 0 || since !== undefined) return changed;
  return git(root, ['diff', '--name-only', 'HEAD~1']) ?? [];
}
