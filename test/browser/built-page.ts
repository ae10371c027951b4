// The lab's page, built from the sources of now into a folder of its own, once in a process.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildPage as build } from '../../packages/lab/build-page.js';

let built: Promise<string> | undefined;

/** The folder of the page. */
export function buildPage(): Promise<string> {
  built ??= buildIn(mkdtempSync(join(tmpdir(), 'flowvae-page-')));
  return built;
}

async function buildIn(folder: string): Promise<string> {
  await build(folder);
  return folder;
}
