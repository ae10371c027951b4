// Completion scripts: bash's is tried in bash itself, all of them against the table of options.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { settings } from 'flowvae';
import { afterAll, describe, expect, it } from 'vitest';
import { bashCompletion } from '../../packages/flowvae/src/command/completion/bash.ts';
import { fishCompletion } from '../../packages/flowvae/src/command/completion/fish.ts';
import { completedProgram, placeOf } from '../../packages/flowvae/src/command/completion/words.ts';
import { zshCompletion } from '../../packages/flowvae/src/command/completion/zsh.ts';
import { program } from '../../packages/flowvae/src/command/program.ts';

const words = completedProgram(program());
const folder = mkdtempSync(join(tmpdir(), 'flowvae-completion-'));
mkdirSync(join(folder, 'run one'));
writeFileSync(join(folder, 'settings.json'), '{}');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** bash's completions of the last word of each line. */
function offered(lines: readonly (readonly string[])[]): string[][] {
  const quoted = (word: string) => `'${word}'`;
  const asked = lines.map(
    (line) => `COMP_WORDS=(flowvae ${line.map(quoted).join(' ')}); COMP_CWORD=${line.length}; COMPREPLY=(); _flowvae
(( \${#COMPREPLY[@]} )) && printf '%s\\n' "\${COMPREPLY[@]}"; printf '%s\\n' ---`,
  );
  const child = spawnSync('bash', ['--norc', '-c', `${bashCompletion(words)}\n${asked.join('\n')}`], {
    cwd: folder,
    encoding: 'utf8',
  });
  expect([child.status, child.stderr]).toEqual([0, '']);
  return child.stdout.split('---\n').map((text) => text.split('\n').filter(Boolean));
}

const commands = words.commands.map(({ name }) => name);
const choices = words.commands.flatMap(({ name, options }) =>
  options.flatMap(({ flags, value }) => (value?.words.length ? [{ name, flag: flags.at(-1)!, value }] : [])),
);

describe('bash completes', () => {
  it('every command, and every option of each', () => {
    const found = offered([[''], ...words.commands.map(({ name }) => [name, '-'])]);
    expect(found[0]).toEqual(commands);
    for (const [i, { options }] of words.commands.entries()) {
      expect(found[i + 1]).toEqual(options.flatMap(({ flags }) => flags));
    }
  });

  it('every choice of every option', () => {
    const found = offered(choices.map(({ name, flag }) => [name, flag, '']));
    for (const [i, { name, flag, value }] of choices.entries()) {
      const paths = value.paths === 'folders' ? ['run one'] : value.paths ? readdirSync(folder).toSorted() : [];
      expect([name, flag, found[i]!.toSorted()]).toEqual([name, flag, [...value.words, ...paths].toSorted()]);
    }
  });

  it.each([
    [['tr'], ['train']],
    [['train', '--opt'], ['--optimizer']],
    [
      ['train', '--optimizer', 'a'],
      ['adam', 'adamax'],
    ],
    [['train', '--optimizer', '=', 's'], ['sgd']],
    [
      ['train', '--optimizer', '='],
      ['adam', 'adamax', 'rmsprop', 'sgd'],
    ],
    [['train', '--steps', ''], []],
    [['train', '--seed', '1', '--engine', 'e'], ['eager']],
    [
      ['train', '--config', ''],
      ['run one', 'settings.json'],
    ],
    [['train', '--data', 'r'], ['run one']],
    [['train', '--activation', 'z'], []],
    [['evaluate', ''], ['run one']],
    [['completion', 'f'], ['fish']],
  ])('%j: %j', (line, expected) => {
    expect(offered([line])[0]!.toSorted()).toEqual(expected);
  });
});

describe('the table', () => {
  it('has a line for every setting and a choice for every word that a setting accepts', () => {
    const train = words.commands.find(({ name }) => name === 'train')!;
    const flags = train.options.flatMap(({ flags }) => flags);
    for (const name of Object.keys(settings)) {
      expect(flags).toContain(`--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`);
    }
    expect(choices.length).toBeGreaterThanOrEqual(9);
  });

  it('tells words, paths, and values of the user’s own apart', () => {
    expect(placeOf('<adam|sgd>')).toEqual({ words: ['adam', 'sgd'], paths: undefined });
    expect(placeOf('<mnist|folder>')).toEqual({ words: ['mnist'], paths: 'folders' });
    expect(placeOf('<file>')).toEqual({ words: [], paths: 'files' });
    expect(placeOf('<n>')).toEqual({ words: [], paths: undefined });
  });
});

it.each([
  ['zsh', zshCompletion],
  ['fish', fishCompletion],
])('%s knows every command, option and word', (_, completion) => {
  const script = completion(words);
  const all = words.commands.flatMap(({ name, options }) => [
    name,
    ...options.flatMap(({ flags, value }) => [flags.at(-1)!.slice(2), ...(value?.words ?? [])]),
  ]);
  expect(all.filter((word) => !script.includes(word))).toEqual([]);
});
