// Command lines of `flowvae` in one process, which loads the packages once: loading takes longer than small work.
import { pathToFileURL } from 'node:url';
import { expect } from 'vitest';
import { compiledPath, ended, type Outcome, type ProgramOptions } from './programs.ts';

/** Runs the command's main file for each line, and prints its output and its exit code. */
const runner = `
const [main, lines] = process.argv.slice(1);
const outcomes = [];
process.execArgv = []; // commander would read the words of --eval
for (const emitter of [process, process.stdout, process.stderr]) emitter.setMaxListeners(0); // each command adds some
for (const [i, words] of JSON.parse(lines).entries()) {
  const said = { stdout: '', stderr: '' };
  const writes = ['stdout', 'stderr'].map((name) => {
    const { write } = process[name];
    process[name].write = (chunk) => { said[name] += chunk; return true; };
    return () => { process[name].write = write; };
  });
  process.argv.splice(1, Infinity, main, ...words);
  process.exitCode = undefined;
  try { await import(main + '?' + i); } catch (error) { process.exitCode = 1; said.stderr += error.stack; }
  for (const restore of writes) restore();
  outcomes.push({ code: process.exitCode ?? 0, signal: null, ...said });
}
process.exitCode = 0;
process.stdout.write(JSON.stringify(outcomes));
`;

interface TurnOptions extends Pick<ProgramOptions, 'env' | 'folder'> {
  /** The command's main file as JavaScript. Default: that of the repository. */
  readonly main?: string;
}

/** The outcomes of command lines, which a fresh process runs one after the other. */
export async function commandsInTurn(
  lines: readonly (readonly string[])[],
  { main = compiledPath('packages/flowvae/src/command/main.ts'), ...options }: TurnOptions = {},
): Promise<readonly Outcome[]> {
  const words = [process.execPath, '--input-type=module', '--eval', runner, pathToFileURL(main).href];
  const { code, stdout, stderr } = await ended([...words, JSON.stringify(lines)], options);
  if (code !== 0 || stderr !== '') throw new Error(`code ${code}: ${stderr}`);
  return JSON.parse(stdout);
}

/** The stdout of each of several commands that work. */
export async function doneInTurn(lines: readonly (readonly string[])[], options?: TurnOptions): Promise<string[]> {
  const outcomes = await commandsInTurn(lines, options);
  expect(outcomes.map(({ code, stderr }) => [code, code === 0 ? '' : stderr])).toEqual(lines.map(() => [0, '']));
  for (const { stderr } of outcomes) expect(stderr).not.toContain(' at '); // no stack trace
  return outcomes.map(({ stdout }) => stdout);
}

/** The one line of each of several commands that refuse. */
export async function refusedInTurn(lines: readonly (readonly string[])[], options?: TurnOptions): Promise<string[]> {
  const outcomes = await commandsInTurn(lines, options);
  expect(outcomes.map(({ code, stdout }) => [code, stdout])).toEqual(lines.map(() => [2, '']));
  for (const { stderr } of outcomes) expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  return outcomes.map(({ stderr }) => stderr);
}
