// `flowvae sweep`: runs, a table, mistakes, stops.
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lockRun } from '@flowvae/runs/plain';
import { afterAll, describe, expect, it } from 'vitest';
import { runnerChoice } from '../../../packages/flowvae/src/sweep/runner-choice.ts';
import { commandsIn } from '../../processes/commands.ts';
import { numbers, pictures } from '../density/density-data.ts';
import { flowvaeHere } from '../in-process.ts';
import { tinyData, tinyFlags } from '../tiny-run.ts';

const folder = mkdtempSync(join(tmpdir(), 'flowvae-sweep-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const { run, done } = commandsIn(folder);

/** The one line of a command that refuses, in this process. */
async function refused(...words: string[]): Promise<string> {
  const { code, stdout, stderr } = await flowvaeHere(words);
  expect([code, stdout]).toEqual([2, '']);
  return stderr;
}

const data = tinyData();
const without = (words: readonly string[], flag: string) => {
  const at = words.indexOf(flag);
  return words.filter((_, i) => i !== at && i !== at + 1);
};
const shared = ['--flow', '--seed', '--threads'].reduce(without, tinyFlags(data));
const bytesOf = (path: string) => readFileSync(join(folder, path)).toString('base64');

/** An experiment with a setting of its own. */
const OWN = `import { defineExperiment, z } from 'flowvae';
export default defineExperiment({
  settings: { width: z.coerce.number().int().default(2) },
  options: { latent: 2, flow: 'none' },
});
`;

describe('flowvae sweep', () => {
  it('does all runs and prints mean and deviation over the seeds', async () => {
    const grid = ['--grid', 'flow=none,planar*2', '--seeds', '2', '--jobs', '2'];
    const { rows, ...counts } = JSON.parse(await done('sweep', ...shared, ...grid, '--out', 'grid', '--json'));
    expect(counts).toMatchObject({ total: 4, done: 4, failed: {} });
    const nlls = [0, 1].map((seed) => JSON.parse(report(`grid/runs/flow-none-seed-${seed}`)).testNll as number);
    expect(rows[0]).toMatchObject({ values: { flow: 'none' }, runs: 2 });
    expect(rows[0].nll.mean).toBeCloseTo((nlls[0]! + nlls[1]!) / 2, 10);
    expect(rows[0].nll.deviation).toBeCloseTo(Math.abs(nlls[0]! - nlls[1]!) / Math.SQRT2, 10);
    expect(readFileSync(join(folder, 'grid/table.md'), 'utf8')).toMatch(/\| planar\\\*2 +\| +2 \|/);
    const { stdout } = await flowvaeHere(['sweep', 'status', join(folder, 'grid'), '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ total: 4, finished: 4 });
    expect(runnerChoice({}, join(folder, 'grid'))).toMatchObject({ runner: 'processes', jobs: 2 });
  });

  it('gives each run the bytes of `train` with the same settings', async () => {
    const words = [...shared, '--flow', 'planar*2', '--seed', '1', '--threads', '1', '--out', join(folder, 'alone')];
    expect(await flowvaeHere(['train', ...words])).toMatchObject({ code: 0 });
    expect(bytesOf('alone/model.safetensors')).toBe(bytesOf('grid/runs/flow-planar-2-seed-1/model.safetensors'));
  });

  it.each(['SIGINT', 'SIGKILL'] as const)(
    'goes on after %s to the bytes of runs that nothing stopped',
    async (signal) => {
      const long = [...without(shared, '--steps'), '--steps', '3000', '--threads', '1'];
      const out = `stopped-by-${signal}`;
      const first = join(folder, out, 'runs/lr-0.001-seed-0');
      const { code, stderr } = await run(['sweep', ...long, '--grid', 'lr=0.001,0.0001', '--out', out], {
        onStart: (child) => onceGrowing(join(first, 'metrics.jsonl'), () => child.kill(signal)),
      });
      expect(code).toBe(signal === 'SIGINT' ? 130 : null);
      if (signal === 'SIGINT') expect(stderr).toMatch(/to go on: .*flowvae sweep --resume stopped-by-SIGINT/);
      await ended(first);
      if (signal === 'SIGINT')
        expect(JSON.parse(report(`${out}/runs/lr-0.001-seed-0`))).toMatchObject({ unfinished: true });
      await done('sweep', '--resume', out, '--jobs', '2');
      if (signal === 'SIGINT')
        await done('train', ...long, '--flow', 'planar*10', '--lr', '0.001', '--seed', '0', '--out', 'whole');
      const model = 'model.safetensors';
      expect(bytesOf(`${out}/runs/lr-0.001-seed-0/${model}`)).toBe(bytesOf(`whole/${model}`));
    },
    60_000,
  );

  it('does one run of a folder by its index, and does it once', async () => {
    gridWithout('listed', 'flow-planar-2-seed-0');
    await done('sweep', '--resume', 'listed', '--index', '2');
    const before = report('listed/runs/flow-planar-2-seed-0');
    expect(await done('sweep', '--resume', 'listed', '--index', '2')).toBe('');
    expect(report('listed/runs/flow-planar-2-seed-0')).toBe(before);
  });

  it('takes modules and plug-ins, goes on from any folder, and refuses changed ones', async () => {
    writeFileSync(join(folder, 'own.ts'), OWN);
    const words = ['own.ts', '--grid', 'set.width=4,8', '--steps', '6', '--batch', '10', '--eval-images', '4'];
    await done('sweep', ...words, '--data', data, '--eval-samples', '5', '--out', 'own');
    const config = JSON.parse(readFileSync(join(folder, 'own/runs/set.width-8-seed-0/config.json'), 'utf8'));
    expect(config.experiment.settings).toEqual({ width: 8 });
    rmSync(join(folder, 'own/runs/set.width-8-seed-0'), { recursive: true });
    mkdirSync(join(folder, 'elsewhere'));
    const there = commandsIn(join(folder, 'elsewhere'));
    await there.done('sweep', '--resume', join(folder, 'own'));
    expect(existsSync(join(folder, 'own/runs/set.width-8-seed-0/report.json'))).toBe(true);
    writeFileSync(join(folder, 'own.ts'), `${OWN}// changed\n`);
    expect(await refused('sweep', '--resume', join(folder, 'own'))).toMatch(
      /sweep\.json: modules: .*changes in own\.ts/,
    );
    expect((await flowvaeHere(['sweep', '--resume', join(folder, 'own'), '--changed-model'])).code).toBe(0);
  }, 60_000);

  it('says that nothing was evaluated, and leaves a run that another process does', async () => {
    const words = [...without(shared, '--eval-images'), '--eval-images', '0', '--grid', 'flow=none,planar*2'];
    const result = JSON.parse(await done('sweep', ...words, '--out', 'bare', '--json'));
    expect(result).toMatchObject({ done: 2, rows: [{ runs: 1 }, { runs: 1 }] });
    expect(readFileSync(join(folder, 'bare/table.md'), 'utf8')).toMatch(/^no table: .*no test NLL/);
    const path = join(folder, 'bare/runs/flow-none-seed-0');
    rmSync(join(path, 'report.json'));
    const lock = lockRun(path);
    const { code, stderr } = await run(['sweep', '--resume', 'bare']);
    lock.release();
    expect([code, stderr]).toEqual([75, expect.stringMatching(/flow-none-seed-0: another process works on it/)]);
  });

  it.each([
    [
      'set.levels=2,3',
      ['density'],
      () => pictures(),
      /^flowvae: run set\.levels-3-seed-0: --levels: .* halved 3 times/,
    ],
    ['set.model=maf,glow', ['density'], () => numbers(), /^flowvae: run set\.model-glow-seed-0: --model: .* are rows/],
    ['batch=8,999', ['--flow', 'none'], () => numbers(), /^flowvae: run batch-999-seed-0: --batch: .* from 1 to 64/],
    ['architecture=mlp,conv', [], () => numbers(), /^flowvae: run architecture-conv-seed-0: .*picture/],
  ] as const)('tries all runs on their data before it writes anything: %s', async (grid, words, make, message) => {
    const out = join(folder, `tried-${grid}`);
    const refusal = await refused('sweep', ...words, '--data', make(), '--grid', grid, '--out', out);
    expect(refusal).toMatch(message);
    expect([refusal.split('\n').length, existsSync(out)]).toEqual([2, false]);
  });

  it('is stopped by `sweep cancel`', async () => {
    const long = [
      ...without(shared, '--steps'),
      '--steps',
      '100000',
      '--grid',
      'lr=0.001,0.0001',
      '--out',
      'cancelled',
    ];
    const first = join(folder, 'cancelled/runs/lr-0.001-seed-0');
    const cancelling: Promise<string>[] = [];
    const { code } = await run(['sweep', ...long], {
      onStart: () =>
        onceGrowing(join(first, 'metrics.jsonl'), () => cancelling.push(done('sweep', 'cancel', 'cancelled'))),
    });
    expect([code, await cancelling[0]]).toEqual([143, expect.stringMatching(/stops its runs; each can go on/)]);
    expect(JSON.parse(report('cancelled/runs/lr-0.001-seed-0')).unfinished).toBe(true);
  });

  it('takes steps, validations and threads of a module by halving, and no run of it alone', async () => {
    writeFileSync(join(folder, 'short.ts'), OWN.replace("flow: 'none'", "flow: 'none', steps: 12, threads: 1"));
    const words = [
      'sweep',
      'short.ts',
      '--grid',
      'lr=1e-2,1e-5',
      '--data',
      data,
      '--batch',
      '10',
      '--eval-images',
      '2',
    ];
    const { steps, gridSteps } = JSON.parse(await done(...words, '--halving', '2', '--out', 'short', '--json'));
    expect([steps, gridSteps]).toEqual([18, 24]);
    const config = JSON.parse(readFileSync(join(folder, 'short/runs/lr-1e-2-seed-0/config.json'), 'utf8'));
    expect(config).toMatchObject({ steps: 12, validateEvery: 6, threads: 1 });
    const alone = await refused('sweep', '--resume', join(folder, 'short'), '--index', '0');
    expect(alone).toMatch(/--index: expected --until <step> beside it: in a sweep by halving/);
  });

  it('finds modules and data beside the sweep file', async () => {
    mkdirSync(join(folder, 'inner'));
    writeFileSync(join(folder, 'inner/own.ts'), OWN);
    const file = 'module: own.ts\nvary: { set.width: [1, 2] }\nsettings: { data: rows.csv, latent: 2 }\n';
    writeFileSync(join(folder, 'inner/sweep.yaml'), file);
    writeFileSync(join(folder, 'inner/rows.csv'), `a,b\n${'1,2\n3,5\n'.repeat(30)}`);
    const [line] = (await done('sweep', 'inner/sweep.yaml', '--list')).split('\n');
    expect(JSON.parse(line!)).toMatchObject({
      module: join(folder, 'inner/own.ts'),
      settings: { data: join(folder, 'inner/rows.csv') },
    });
  });

  it('goes on after a run that fails, and says why', async () => {
    gridWithout('failing', 'flow-none-seed-0', 'flow-planar-2-seed-1');
    mkdirSync(join(folder, 'failing/runs/flow-none-seed-0'), { recursive: true });
    writeFileSync(join(folder, 'failing/runs/flow-none-seed-0/mine.txt'), '');
    const { code, stderr, stdout } = await run(['sweep', '--resume', 'failing']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/flow-none-seed-0 failed: .*expected a new or empty folder/);
    expect(stdout).toMatch(/planar\*2 +2 /);
  });
});

describe('flowvae sweep refuses', () => {
  it.each([
    [['--grid', 'flow=none,plana*2'], /run flow-plana-2-seed-0: .*did you mean planar/],
    [['--grid', 'lr=1,99'], /run lr-99-seed-0: --lr: expected a number above 0/],
    [['--grid', 'flw=none'], /flw: .*did you mean flow/],
    [['--grid', 'flow='], /--grid: expected setting=value/],
    [['--grid', 'flow=none', '--grid', 'flow=planar'], /--grid: .*flow twice/],
    [['--grid', 'latent=2', '--latent', '3'], /--latent: expected no value beside a column that varies it/],
    [['--seed', '3'], /--seed: expected --seeds/],
    [['no-sweep.yaml'], /no-sweep\.yaml: expected a sweep file/],
    [['--resume', 'nowhere'], /nowhere: expected the folder of a sweep, got no such folder/],
    [['--index', '0'], /--index: expected --resume/],
    [['--set', 'depth=3', '--grid', 'flow=none'], /--set/],
    [[], /sweep: expected settings that vary: --grid/],
    [
      ['--grid', 'lr=1e-3,0.001'],
      /run lr-0\.001-seed-0: expected settings that differ .*, got those of lr-1e-3-seed-0/,
    ],
    [['--grid', 'flow=none,planar,none'], /flow: expected values that differ, got 'none' twice/],
    [['--grid', 'evalSamples=2', '--grid', 'eval-samples=3'], /a setting that no other column varies/],
  ])('%s', async (words, message) => {
    expect(await refused('sweep', ...words, '--out', join(folder, 'none'))).toMatch(message);
    expect(existsSync(join(folder, 'none'))).toBe(false);
  });

  it('another description of a sweep that goes on, and an index beyond its end', async () => {
    expect(await refused('sweep', '--resume', join(folder, 'grid'), '--steps', '3')).toMatch(/--resume: .*--steps/);
    expect(await refused('sweep', '--resume', join(folder, 'grid'), '--index', '4')).toMatch(/--index: .*from 0 to 3/);
  });

  it('a description that was changed by hand', async () => {
    const path = join(folder, 'grid/sweep.json');
    const text = readFileSync(path, 'utf8');
    writeFileSync(path, text.replace('"none"', '"planar"'));
    expect(await refused('sweep', 'status', join(folder, 'grid'))).toMatch(
      /sweep\.json: expected the text that was written/,
    );
    writeFileSync(path, text);
  });

  it('to cancel a sweep whose process is gone, though another one has its number', async () => {
    const path = join(folder, 'grid/run.lock');
    const lock = lockRun(join(folder, 'grid'));
    const held = JSON.parse(readFileSync(path, 'utf8'));
    lock.release();
    writeFileSync(path, JSON.stringify({ ...held, started: '1' }));
    expect(await refused('sweep', 'cancel', join(folder, 'grid'))).toMatch(
      /a sweep that this machine is doing, got none/,
    );
    rmSync(path);
  });

  it('to cancel a sweep that nobody is doing', async () => {
    expect(await refused('sweep', 'cancel', join(folder, 'grid'))).toMatch(
      /grid: expected a sweep that this machine is doing/,
    );
  });
});

/** A copy of the first test's sweep without some runs. */
function gridWithout(copy: string, ...runs: readonly string[]): void {
  cpSync(join(folder, 'grid'), join(folder, copy), { recursive: true });
  for (const run of runs) rmSync(join(folder, copy, 'runs', run), { recursive: true });
}

/** Does something once a file has grown. */
function onceGrowing(path: string, act: () => void): void {
  const timer = setInterval(() => {
    if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) === 0) return;
    clearInterval(timer);
    act();
  }, 5);
}

/** Waits until no process holds the lock of a run. */
async function ended(path: string): Promise<void> {
  while (existsSync(join(path, 'run.lock'))) await new Promise((resolve) => setTimeout(resolve, 50));
}

function report(path: string): string {
  return readFileSync(join(folder, path, 'report.json'), 'utf8');
}
