// Manners on a terminal: help, versions, colours, how much is said, and settings from a file.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type SettingName, settings } from 'flowvae';
import { describe, expect, it } from 'vitest';
import { readConfigFile } from '../../packages/flowvae/src/command/checks/requirements/config-file.ts';
import { hasColours } from '../../packages/flowvae/src/command/help/colours.ts';
import { program } from '../../packages/flowvae/src/command/program.ts';
import { progressTo } from '../../packages/flowvae/src/command/verbosity.ts';
import { flagOf } from '../../packages/flowvae/src/config/settings.ts';
import { flowvae as started } from '../processes/programs.ts';
import { freshPath, tinyData, tinySettings } from './tiny-run.ts';

const cwd = fileURLToPath(new URL('../..', import.meta.url));
const flowvae = (args: readonly string[], env: NodeJS.ProcessEnv = {}) =>
  started(args, { env: { NO_COLOR: undefined, FORCE_COLOR: undefined, ...env } });

const ESCAPE = '\x1b[';

describe('help', () => {
  it.each(program().commands.map((command) => [command.name(), command] as const))('of %s', (name, command) => {
    expect(command.helpInformation()).toMatch(new RegExp(`^Usage: flowvae ${name} `));
    const undescribed = command
      .createHelp()
      .visibleOptions(command)
      .filter(({ description }) => description === '');
    expect([command.description() === '', undescribed]).toEqual([false, []]);
  });

  it.each([40, 60, 80, 100, 200])('fits a terminal of %d columns, at most 100', (columns) => {
    const { columns: own } = process.stdout;
    process.stdout.columns = columns;
    try {
      for (const command of [program(), ...program().commands]) {
        const page: string[] = [];
        command.configureOutput({ writeOut: (text) => void page.push(text) });
        command.outputHelp();
        const lines = page.join('').split('\n');
        // an unbroken word, such as the choices of an option, may be longer than a narrow terminal is wide
        const long = lines.filter((line) => line.length > Math.min(columns, 100) && columns >= 80);
        expect([command.name(), long]).toEqual([command.name(), []]);
        expect(lines.filter((line) => line !== line.trimEnd())).toEqual([]);
      }
    } finally {
      process.stdout.columns = own;
    }
  });

  it('of train has every setting in one group, and the groups in order', () => {
    const page = program().commands[0]!.helpInformation();
    const headings = [...page.matchAll(/^\S.*:$/gm)].map(([heading]) => heading);
    expect(headings).toEqual([
      'Arguments:',
      'Model:',
      'Data:',
      'Objective:',
      'Optimisation:',
      'Evaluation:',
      'Run:',
      'Reproducing papers:',
    ]);
    for (const name of Object.keys(settings) as SettingName[]) {
      expect(page.match(new RegExp(`^  ${flagOf(name)} `, 'gm'))).toHaveLength(1);
    }
  });

  it('is the page of the command, and the version that of the package', () => {
    const manifest = JSON.parse(readFileSync(join(cwd, 'packages/flowvae/package.json'), 'utf8'));
    expect(program().version()).toBe(manifest.version);
    const bin = [join(cwd, 'packages/flowvae/bin/flowvae.js'), '--version']; // as pnpm starts it: from TypeScript
    const { status, stdout, stderr } = spawnSync(process.execPath, bin, { encoding: 'utf8' });
    expect([status, stdout, stderr]).toEqual([0, `${manifest.version}\n`, '']);
  });
});

describe('colours', () => {
  it.each([
    [{}, true, true],
    [{}, false, false],
    [{ NO_COLOR: '1' }, true, false],
    [{ NO_COLOR: '' }, true, true],
    [{ NO_COLOR: '1', FORCE_COLOR: '1' }, true, false],
    [{ FORCE_COLOR: '1' }, false, true],
    [{ FORCE_COLOR: '0' }, true, false],
    [{ TERM: 'dumb' }, true, false],
  ])('%j on a terminal (%j): %j', (env, isTTY, expected) => {
    expect(hasColours({ isTTY }, env)).toBe(expected);
  });

  it('are in help and errors where they are wanted, and nowhere else', async () => {
    const [forced, help, refused] = await Promise.all([
      flowvae(['train', '--steps', '0'], { FORCE_COLOR: '1' }),
      flowvae(['--help'], { FORCE_COLOR: '1' }),
      flowvae(['--help'], { FORCE_COLOR: '1', NO_COLOR: '1' }),
    ]);
    expect(forced.stderr).toBe(
      `${ESCAPE}31mflowvae:${ESCAPE}0m --steps: expected ${settings.steps.expected}, got '0'\n`,
    );
    expect(help.stdout).toContain(`${ESCAPE}1mUsage:${ESCAPE}0m`);
    expect([refused.code, refused.stdout.includes(ESCAPE)]).toEqual([0, false]);
  });
});

const written = (content: unknown) => {
  const path = `${freshPath()}.json`;
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
};

describe('--config', () => {
  const data = tinyData();
  const out = freshPath();

  it('trains as the file says, but for the flags; --quiet keeps stderr empty', async () => {
    const file = written({ ...tinySettings, data, steps: 9, lr: 0.01 });
    const { code, stderr, stdout } = await flowvae([
      ...'train --quiet --json --steps 4 --out'.split(' '),
      out,
      '--config',
      file,
    ]);
    expect([code, stderr]).toEqual([0, '']);
    expect(JSON.parse(stdout)).toMatchObject({ steps: 4, seed: tinySettings.seed });
    const stored = JSON.parse(readFileSync(join(out, 'config.json'), 'utf8'));
    expect(stored).toMatchObject({ ...tinySettings, data, steps: 4, lr: 0.01 });
  });

  it('takes the config.json of a run; --verbose says all settings, the versions, and every state', async () => {
    const again = freshPath();
    const args = ['train', '--verbose', '--config', join(out, 'config.json'), '--out', again];
    const { code, stderr } = await flowvae(args);
    expect(code).toBe(0);
    for (const name of [...Object.keys(settings), 'node', 'tensorflow'])
      expect(stderr).toMatch(new RegExp(`^${name} +\\S`, 'm'));
    expect(stderr.match(/^step \d+\/4 /gm)).toHaveLength(4);
    const model = (folder: string) => readFileSync(join(folder, 'model.safetensors'));
    expect(model(again).equals(model(out))).toBe(true);
  });

  it.each<[string, unknown, string]>([
    ['an unknown setting', { stepz: 3 }, 'stepz: expected one of flow, '],
    ['a wrong value', { latent: '40' }, 'latent: expected a whole number from 1 to 65536, got "40"'],
    ['nothing where a value should be', { lr: null }, 'lr: expected a number above 0, at most 10, got null'],
    ['a list', [1], 'expected a JSON object, like the config.json of a run, got [1]'],
    ['no JSON', '{', 'expected a JSON object, like the config.json of a run, got Expected property name'],
  ])('refuses %s, naming the file', (_, content, words) => {
    const file = written(content);
    expect(() => readConfigFile(file)).toThrow(new RegExp(`^(--config )?${file}: .*`));
    expect(() => readConfigFile(file)).toThrow(words);
  });

  it('refuses a file that is not there', () => {
    expect(() => readConfigFile('no.json')).toThrow(/^--config no\.json: expected a JSON object, .*, got no file$/);
  });

  it('takes every setting', () => {
    const all = Object.fromEntries(
      (Object.keys(settings) as SettingName[]).map((name) => [name, settings[name].fallback]),
    );
    expect(readConfigFile(written({ ...all, versions: {}, dataSha256: 'a', sha256: 'b' }))).toEqual({ settings: all });
  });
});

it('progress is the stream itself, one that says notices only, or one that shows every state', () => {
  const lines: string[] = [];
  const stream = { isTTY: true, write: (text: string) => lines.push(text) };
  expect(progressTo(stream, {})).toBe(stream);
  const quiet = progressTo(stream, { quiet: true });
  quiet.write('a');
  quiet.notice?.('lost');
  const verbose = progressTo(stream, { verbose: true });
  verbose.write('b');
  expect([lines, verbose.everyState, verbose.isTTY]).toEqual([['lost', 'b'], true, undefined]);
});
