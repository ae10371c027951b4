// Installing with npm, as a user does.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './packing.ts';

/** Whether npm reaches a registry. */
export const hasRegistry = (): boolean =>
  spawnSync('npm', ['view', '@tensorflow/tfjs-core@4.22.0', 'version'], { timeout: 20_000 }).status === 0;

/** `npm install` of tarballs and other packages; no install script downloads GPU files. */
export function installTarballs(project: string, packages: readonly string[]): void {
  const args = ['install', '--no-audit', '--no-fund', '--prefer-offline', ...packages];
  run('npm', args, { cwd: project, env: { ONNXRUNTIME_NODE_INSTALL: 'skip' } });
}

/** The frameworks and engines that an installation brought along; their own small dependencies are not counted. */
export function installedBeside(project: string): string[] {
  const modules = join(project, 'node_modules');
  const scoped = ['@tensorflow', '@napi-rs']
    .filter((scope) => existsSync(join(modules, scope)))
    .flatMap((scope) => readdirSync(join(modules, scope)).map((name) => `${scope}/${name}`));
  return [...scoped, ...readdirSync(modules).filter((name) => /^(onnx|mnist|chart|zod|commander)/.test(name))];
}
