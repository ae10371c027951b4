// The TypeScript examples of all Markdown files, and a process that runs them.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pages } from './pages.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

export interface Example {
  /** Which block of which file. */
  readonly name: string;
  readonly code: string;
}

/** The `ts` blocks of a Markdown text. */
export function examplesOf(file: string, markdown: string): Example[] {
  const blocks = [...markdown.matchAll(/^```ts\n(.*?)^```$/gms)];
  return blocks.map(([, code], i) => ({ name: `${file}, block ${i + 1}`, code: code! }));
}

/** Every example of every page. */
export function allExamples(): Example[] {
  return pages().flatMap((file) => examplesOf(file, readFileSync(join(root, file), 'utf8')));
}

/** Runs examples one after the other in one process, in an empty folder; the error's first line of each that fails. */
export function runExamples(examples: readonly Example[]): Map<string, string> {
  const sources = fileURLToPath(new URL('../.examples/', import.meta.url)); // beside node_modules, so that imports resolve
  const scratch = mkdtempSync(join(tmpdir(), 'flowvae-examples-'));
  mkdirSync(sources, { recursive: true });
  try {
    const files = examples.map(({ code }, i) => {
      const file = join(sources, `example-${i}.ts`);
      writeFileSync(file, code);
      return file;
    });
    const runner = join(sources, 'run.ts');
    writeFileSync(runner, runnerOf(files));
    const tsx = import.meta.resolve('tsx');
    const child = spawnSync(process.execPath, ['--import', tsx, runner], { cwd: scratch, encoding: 'utf8' });
    const failures = JSON.parse(child.stdout.split('\n').findLast((line) => line.startsWith('[')) ?? 'null') as
      | [number, string][]
      | null;
    if (!failures) throw new Error(`the examples' process ended early: ${child.stderr}`);
    return new Map(failures.map(([i, message]) => [examples[i]!.name, message]));
  } finally {
    for (const folder of [sources, scratch]) rmSync(folder, { recursive: true, force: true });
  }
}

const runnerOf = (files: readonly string[]) => `
const failures = [];
for (const [i, file] of ${JSON.stringify(files)}.entries()) {
  try { await import(file); } catch (error) { failures.push([i, String(error).split('\\n')[0]]); }
}
console.log('\\n' + JSON.stringify(failures));
`;
