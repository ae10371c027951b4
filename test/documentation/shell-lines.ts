// Commands in the pages' sh blocks. Training runs are long, so the test checks only that each command would be
// accepted: `flowvae` by its own option parser, scripts and files by existing, options of experiments by occurring in
// their source.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { program } from '../../packages/flowvae/src/command/program.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * The commands of a Markdown text's sh blocks, without comments and loops around them; a folder's copy goes by the name
 * of the folder.
 */
export const commandsIn = (markdown: string): string[] =>
  [...markdown.matchAll(/^```sh\n(.*?)^```$/gms)]
    .flatMap(([, block]) => withoutCopies(block!.replaceAll('\\\n', ' ')).split('\n'))
    .map((line) => line.replace(/(^|\s)#.*$/, '').trim())
    .filter((line) => line !== '' && !/^(for .*; do|done)$/.test(line));

const withoutCopies = (block: string) =>
  [...block.matchAll(/^cp -r (\S+) (\S+)$/gm)].reduce((text, [, from, to]) => text.replaceAll(to!, from!), block);

/** Programs that are not ours: the line is not looked into. */
const foreign = new Set([
  'npm',
  'tensorboard',
  'source',
  'echo',
  'mkdir',
  'cp',
  'cd',
  'git',
  'pip',
  'python3',
  'apt-get',
  'node',
  'curl',
  'docker',
  'sbatch',
  'scancel',
  'scontrol',
]);

/** Why a command would be refused; undefined where it would be taken. */
export async function refusalOf(command: string): Promise<string | undefined> {
  const words = wordsOf(command);
  while (/^[A-Z_]+=/.test(words[0] ?? '')) words.shift(); // variables of the environment
  while (['exec', 'nohup'].includes(words[0] ?? '')) words.shift(); // they start the program after them
  if (words.at(-1) === '&') words.pop();
  const viaPnpm =
    words[0] === 'npx' ? words.findIndex((word) => word.startsWith('pnpm@')) : words[0] === 'pnpm' ? 0 : -1;
  const [name = '', ...rest] = viaPnpm < 0 ? words : words.slice(viaPnpm + 1);
  if (viaPnpm < 0)
    return isFlowvae(name) ? flowvae(rest) : foreign.has(name) ? undefined : `${name}: no program we know`;
  if (name === 'exec') return executed(rest);
  return script(name, rest);
}

/** Of a program that `pnpm exec` starts. */
function executed([name, ...args]: readonly string[]): Promise<string | undefined> | string | undefined {
  if (name === 'tsx') return source(args);
  if (name !== 'tsc') return refusalOf([name!, ...args].map(quoted).join(' '));
  const [, folder = ''] = args;
  return existsSync(join(root, folder, 'tsconfig.json')) ? undefined : `${folder}: no tsconfig.json`;
}

/** By its name on the path, or its launcher. */
const isFlowvae = (name: string) => name === 'flowvae' || name === 'node_modules/.bin/flowvae';

async function flowvae(args: readonly string[]): Promise<string | undefined> {
  const root = program();
  for (const command of [root, ...root.commands]) command.action(() => {}).configureOutput({ outputError: () => {} });
  try {
    await root.parseAsync([...args], { from: 'user' });
    return undefined;
  } catch (error) {
    const { code, message } = error as { readonly code?: string; readonly message: string };
    return code === 'commander.helpDisplayed' || code === 'commander.version' ? undefined : message;
  }
}

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> };

function script(name: string, args: readonly string[]): Promise<string | undefined> | string | undefined {
  const text = manifest.scripts[name];
  if (text === undefined)
    return ['install', 'add', 'pack'].includes(name) ? undefined : `${name}: no script of package.json`;
  const [program = '', ...given] = wordsOf(text);
  if (program === 'flowvae') return flowvae([...given, ...args]);
  if (program === 'tsx') return source([...given, ...args]);
  return undefined;
}

/** `tsx <file> --option value`: the file is there, and the option in it or beside it. */
function source([file = '', ...args]: readonly string[]): string | undefined {
  const path = join(root, file);
  if (!existsSync(path)) return `${file}: no such file`;
  const folder = dirname(path);
  const texts = readdirSync(folder)
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(join(folder, name), 'utf8'));
  const unknown = args
    .filter((word) => word.startsWith('--') && word !== '--help')
    .map((word) => word.slice(2).replace(/=.*/, ''))
    .find((option) => !texts.some((text) => new RegExp(`['"\`]?\\b${option}\\b['"\`]?`).test(text)));
  return unknown === undefined ? undefined : `--${unknown}: not in ${file}`;
}

/**
 * Words of a line: quotes are removed, pipes and redirections are left out, variables become a digit, [optional] words
 * are dropped.
 */
function wordsOf(line: string): string[] {
  const [command = ''] = line.split(/ (?:[|>]|&&) ?/);
  const words = command.match(/'[^']*'|"[^"]*"|\S+/g) ?? [];
  return words
    .filter((word) => !/[[\]]/.test(word))
    .map((word) => word.replace(/^['"]|['"]$/g, '').replace(/\$\w+/g, '1'));
}

const quoted = (word: string) => (/[\s()]/.test(word) ? `'${word}'` : word);
