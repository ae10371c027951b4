// A result names the commit that made it.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { provenance } from '../../experiments/reproduce/provenance.ts';

it('the provenance is the commit of this code, marked if the code differs from it, and none outside a repository', async () => {
  const cwd = fileURLToPath(new URL('../..', import.meta.url));
  const { status, stdout } = spawnSync('git', ['rev-parse', 'HEAD'], { cwd, encoding: 'utf8' });
  const { revision, versions } = await provenance();
  if (status !== 0) expect(revision).toBeNull();
  else expect([stdout.slice(0, 10), `${stdout.slice(0, 10)}+`]).toContain(revision);
  expect(versions.flowvae).toMatch(/^\d+\.\d+\.\d+$/);
});
