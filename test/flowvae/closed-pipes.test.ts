// Programs whose reader goes away end quietly, as Unix tools do, and a run loses only the unread lines.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { flowvae, program } from '../processes/programs.ts';
import { freshPath, tinyData, tinyFlags } from './tiny-run.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const SIGPIPE = 141;

describe.concurrent('output without a reader', () => {
  it.concurrent.each([
    ['reproduce --list', 'experiments/reproduce/run.ts', ['table2', '--scale', 'paper', '--list'], SIGPIPE],
    ['flowvae completion', 'packages/flowvae/src/command/main.ts', ['completion', 'bash'], SIGPIPE],
    ['an error keeps its own exit code', 'experiments/reproduce/run.ts', ['fig9'], 2],
  ])('%s', async (_, path, args, expected) => {
    const { code, stderr } = await program(path, args, { onStart: ({ stdout }) => void stdout!.destroy() });
    expect([code, stderr.split('\n').length - 1]).toEqual([expected, expected === 2 ? 1 : 0]);
  });

  it.concurrent('flowvae train finishes, although progress and results go nowhere', async () => {
    const out = freshPath();
    const { code } = await flowvae(['train', '--verbose', ...tinyFlags(tinyData()), '--out', out], {
      onStart({ stdout, stderr }) {
        stdout!.destroy();
        stderr!.destroy();
      },
    });
    expect(code).toBe(SIGPIPE);
    expect(readdirSync(out)).toEqual(expect.arrayContaining(['model.safetensors', 'report.json']));
    expect(readdirSync(join(out, 'figures'))).toContain('learning-curve.png');
  });

  it.concurrent('flowvae train whose progress alone nobody reads ends with 0', async () => {
    const { code, stdout } = await flowvae(
      ['train', '--verbose', '--json', ...tinyFlags(tinyData()), '--out', freshPath()],
      { onStart: ({ stderr }) => void stderr!.destroy() },
    );
    expect([code, JSON.parse(stdout).steps]).toEqual([0, 6]);
  });
});

it('every program of the repository tolerates closed pipes', () => {
  const programs = ['experiments', 'test'].flatMap((folder) =>
    readdirSync(join(root, folder), { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && readdirSync(join(root, folder, entry.name)).includes('run.ts'))
      .map(({ name }) => join(folder, name, 'run.ts')),
  );
  expect(programs.length).toBeGreaterThan(9);
  for (const path of [...programs, 'packages/flowvae/src/command/main.ts']) {
    expect(readFileSync(join(root, path), 'utf8'), path).toMatch(/^(tolerateClosedPipes|startCommand)\(\);$/m);
  }
  const start = readFileSync(join(root, 'experiments/command-line.ts'), 'utf8');
  expect(start).toMatch(/^export function startCommand.*\n {2}tolerateClosedPipes\(\);$/m);
});
