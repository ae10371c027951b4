// The origin of a result, besides its settings.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { versions } from 'flowvae';

const here = fileURLToPath(new URL('.', import.meta.url));
const git = (...args: string[]) => spawnSync('git', ['-C', here, ...args], { encoding: 'utf8' });

/** Files that a sweep itself writes, and files that affect no result. */
const beside = [':(exclude)*.md', ':(exclude)../*/results'];

function committed(): string | null {
  const { status, stdout } = git('rev-parse', '--short=10', 'HEAD');
  if (status !== 0) return null;
  const isChanged = git('diff', '--quiet', 'HEAD', '--', '../../packages', '..', ...beside).status !== 0;
  return `${stdout.trim()}${isChanged ? '+' : ''}`;
}

/**
 * The commit of this code, with a + where it differs from that; null outside a repository. Looked up as the process
 * starts: a long run may see later ones.
 */
const revision = committed();

/** Versions of the packages, and the commit: two commits may carry one version. */
export const provenance = async (): Promise<{
  readonly versions: Readonly<Record<string, string>>;
  readonly revision: string | null;
}> => ({ versions: await versions(), revision });
