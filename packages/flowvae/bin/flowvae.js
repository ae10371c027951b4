#!/usr/bin/env node
// Runs the command inside the repository, from a compiled copy of its TypeScript that is brought up to date first; the
// published package points at dist instead.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { freshCopy } from '../../../.build/compiled-copy.js';

const copy = await freshCopy().catch((error) => {
  if (!['EROFS', 'EACCES', 'EPERM'].includes(error.code)) throw error;
  const { path } = error;
  process.stderr.write(
    `flowvae: ${path}: expected a place for the compiled sources, which changed, got ${error.code}\n`,
  );
  process.exit(2);
});
await import(pathToFileURL(join(copy, 'packages/flowvae/src/command/main.js')).href);
