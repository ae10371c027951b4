// What made a result, beside its settings.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { versions } from 'flowvae';

const here = fileURLToPath(new URL('.', import.meta.url));
const git = (...args: string[]) => spawnSync('git', ['-C', here, ...args], { encoding: 'utf8' });

/** The commit of this code, with a + where tracked files differ from it; null outside a repository. */
function revision(): string | null {
  const { status, stdout } = git('rev-parse', '--short=10', 'HEAD');
  if (status !== 0) return null;
  return `${stdout.trim()}${git('diff', '--quiet', 'HEAD', '--', '../../packages', '..').status === 0 ? '' : '+'}`;
}

/** Versions of the packages, and the commit: two commits may carry one version. */
export const provenance = async (): Promise<{
  readonly versions: Readonly<Record<string, string>>;
  readonly revision: string | null;
}> => ({ versions: await versions(), revision: revision() });
