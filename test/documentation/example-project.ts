// Examples as files of a project: type-checked there by one program, and run one after the other in one process.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import type { Example } from './examples.ts';

/** First lines of errors, by the name of the example. */
export type Failures = [name: string, message: string][];

/**
 * Writes examples as files of a folder; returns their paths, in their order. An example whose first line is a file's
 * name stands there under this name too, where others import it.
 */
export function writeExamples(folder: string, examples: readonly Example[]): string[] {
  mkdirSync(folder, { recursive: true });
  return examples.map(({ language, code }, i) => {
    const name = fileNameOf(code);
    if (name !== undefined) writeFileSync(join(folder, name), code);
    const file = join(folder, `example-${i + 1}.${language}`);
    writeFileSync(file, code);
    return file;
  });
}

/** The file that an example is, by its first line: `// mine.ts`. */
export const fileNameOf = (code: string): string | undefined => /^\/\/ ([\w-]+\.[jt]s)\n/.exec(code)?.[1];

/** TypeScript's errors in files under a tsconfig; the first message of each example, and of any other file. */
export function typeErrors(tsconfig: string, files: readonly string[], examples: readonly Example[]): Failures {
  const { config, error } = ts.readConfigFile(tsconfig, ts.sys.readFile);
  if (error) throw new Error(ts.flattenDiagnosticMessageText(error.messageText, '\n'));
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, dirname(tsconfig));
  const program = ts.createProgram(files, { ...options, noEmit: true });
  const failures = new Map<string, string>();
  for (const { file, messageText } of ts.getPreEmitDiagnostics(program)) {
    const name = examples[files.indexOf(file?.fileName ?? '')]?.name ?? file?.fileName ?? 'options';
    const message = ts.flattenDiagnosticMessageText(messageText, '\n').split('\n')[0]!;
    if (!failures.has(name)) failures.set(name, message);
  }
  return [...failures];
}

/** Runs files of a project in one process, in an empty folder; the error's first line of each that fails. */
export function runErrors(files: readonly string[], examples: readonly Example[]): Failures {
  const scratch = mkdtempSync(join(tmpdir(), 'flowvae-examples-'));
  const runner = join(dirname(files[0]!), 'run-examples.ts');
  writeFileSync(runner, runnerOf(files));
  try {
    const tsx = import.meta.resolve('tsx');
    const child = spawnSync(process.execPath, ['--import', tsx, runner], { cwd: scratch, encoding: 'utf8' });
    const failures = JSON.parse(child.stdout.split('\n').findLast((line) => line.startsWith('[[')) ?? 'null') as
      | [[number, string][]]
      | null;
    if (!failures) throw new Error(`the examples' process ended early: ${child.stderr}`);
    return failures[0].map(([i, message]) => [examples[i]!.name, message]);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Each example finds TensorFlow.js's backend as a program of its own would. */
const runnerOf = (files: readonly string[]) => `
import { tf } from 'flowvae';
const failures = [];
for (const [i, file] of ${JSON.stringify(files)}.entries()) {
  try { await import(file); } catch (error) { failures.push([i, String(error).split('\\n')[0]]); }
  await tf.setBackend('cpu');
}
console.log('\\n' + JSON.stringify([failures]));
`;
