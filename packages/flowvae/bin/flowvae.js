#!/usr/bin/env node
// Runs the command inside the repository, from a compiled copy of its TypeScript that is brought up to date first; the
// published package points at dist instead.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { freshCopy } from '../../../.build/compiled-copy.js';

await import(pathToFileURL(join(await freshCopy(), 'packages/flowvae/src/command/main.js')).href);
