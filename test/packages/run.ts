// `pnpm packages`: builds and packs every package, checks each by publint and attw, and installs them with npm into two
// empty projects, which then run under Node 20 and 24. It needs npm's registry. The tarballs stay where a folder is
// given.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { tolerateClosedPipes } from '../../packages/flowvae/src/command/closed-pipes.ts';
import { attwFindings, missingParts, publintFindings, unresolvedVersions } from './contents.ts';
import { hasRegistry, installedBeside, installTarballs } from './npm.ts';
import { buildPackages, packPackages, root, run, unpack } from './packing.ts';
import * as projects from './projects.ts';

tolerateClosedPipes();

const scratch = mkdtempSync(join(tmpdir(), 'flowvae-packages-'));
const say = (text: string) => process.stdout.write(`${text}\n`);

/** Node of a major version, by npm. */
const nodes = ['20', '24'].map((major) => ['npx', '-y', '-p', `node@${major}`, '--', 'node']);

async function check(tarballs: ReadonlyMap<string, string>): Promise<void> {
  for (const [name, tarball] of tarballs) {
    const folder = join(scratch, 'unpacked', name);
    unpack(tarball, folder);
    const findings = [
      ...(await publintFindings(folder)),
      ...attwFindings(tarball),
      ...missingParts(folder),
      ...unresolvedVersions(folder),
    ];
    assert.deepEqual(findings, [], name);
    say(`${name.padEnd(24)} publint, attw --profile esm-only and own rules: nothing to say`);
  }
}

function inTypescript(tarballs: ReadonlyMap<string, string>): void {
  const project = join(scratch, 'typescript');
  projects.typescriptProject(project);
  installTarballs(
    project,
    projects.flowsAlone.map((name) => tarballs.get(name)!),
  );
  say(`TypeScript project        @flowvae/flows brings ${installedBeside(project).join(', ')}`);
  run(join(root, 'node_modules/.bin/tsc'), ['-p', '.'], { cwd: project });
  for (const node of nodes) ran(project, node, projects.typescriptResult);
}

function inJavascript(tarballs: ReadonlyMap<string, string>): void {
  const project = join(scratch, 'javascript');
  projects.javascriptProject(project);
  installTarballs(project, [...tarballs.values()]);
  assert(!installedBeside(project).includes('onnxruntime-node'));
  for (const node of nodes) ran(project, node, projects.javascriptResult('eager'));
  installTarballs(project, ['onnxruntime-node@1.30.0']);
  for (const node of nodes) {
    ran(project, node, projects.javascriptResult('compiled'));
    const tiny = ['--flow', 'planar', '--hidden', '8', '--latent', '2', '--steps', '2', '--eval-images', '2', '--json'];
    const report = projects.resultOf(project, node, ['node_modules/.bin/flowvae', 'train', ...tiny]);
    assert.equal((report as { readonly engine: string }).engine, 'compiled');
    say(`  flowvae train           ${JSON.stringify(report).slice(0, 60)}…`);
  }
}

function ran(project: string, node: readonly string[], expected: object): void {
  const result = projects.resultOf(project, node);
  assert.deepEqual(result, expected);
  say(
    `  node ${run(node[0]!, [...node.slice(1), '--version'])
      .trim()
      .padEnd(19)} ${JSON.stringify(result)}`,
  );
}

try {
  if (!hasRegistry())
    throw new Error('npm does not reach its registry; `pnpm unit packages` checks what can be checked without');
  const destination = resolve(process.argv[2] ?? join(scratch, 'tarballs'));
  mkdirSync(destination, { recursive: true });
  buildPackages();
  const tarballs = packPackages(destination);
  await check(tarballs);
  inTypescript(tarballs);
  inJavascript(tarballs);
  say(`${tarballs.size} packages install and run${process.argv[2] ? `; tarballs in ${destination}` : ''}`);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
