// A run that is killed again and again, at operations on its files and at moments between them, ends with the bytes of
// one that was not. KILLS=50 npx vitest run --config test/vitest.config.ts kill-and-resume   runs the long form (some
// minutes); the tests' own is short.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { drawUniform, fold, key } from '@flowvae/random';
import { afterAll, describe, expect, it } from 'vitest';
import { folderOf, idxImages } from '../datasets/idx-fixtures.ts';
import { flowvae, type ProgramOptions } from '../processes/programs.ts';

const KILLS = Number(process.env.KILLS ?? 3);

const root = mkdtempSync(join(tmpdir(), 'flowvae-kills-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const data = folderOf({
  'train-images-idx3-ubyte': idxImages(60, 6, 5),
  't10k-images-idx3-ubyte': idxImages(12, 6, 5, 77),
});

const STEPS = 60;
const CHECKPOINT_EVERY = 7;

function trainFlags(optimizer: string, flow: string, threads: number): string[] {
  const settings = `--latent 2 --hidden 8 --batch 10 --steps ${STEPS} --eval-samples 3 --eval-images 2 --seed 5 --threads ${threads}`;
  const extra = `--binarize dynamic --validate-every 9 --checkpoint-every ${CHECKPOINT_EVERY} --optimizer ${optimizer} --flow ${flow}`;
  return ['train', '--data', data, ...`${settings} ${extra}`.split(' ')];
}

/**
 * The files that must be equal, byte for byte: parameters, the last checkpoint's arrays, and metrics without their
 * times.
 */
function remains(run: string) {
  const read = (name: string) => readFileSync(join(run, name));
  const checkpoints = readdirSync(join(run, 'checkpoints')).toSorted();
  const arrays = checkpoints.filter((name) => name.endsWith('.safetensors'));
  return {
    checkpoints,
    model: read('model.safetensors').toString('base64'),
    arrays: arrays.map((name) => read(join('checkpoints', name)).toString('base64')),
    metrics: read('metrics.jsonl')
      .toString()
      .replaceAll(/"msPerStep":[^,}]+/g, '"msPerStep":0'),
    report: { ...JSON.parse(read('report.json').toString()), msPerStep: 0, peakMemoryMiB: 0 },
    samples: read('figures/samples.png').toString('base64'),
  };
}

const runs = [
  { optimizer: 'adam', flow: 'planar*10', threads: 2 },
  { optimizer: 'rmsprop', flow: 'none', threads: 2 },
  { optimizer: 'adam', flow: 'none', threads: 1 },
  { optimizer: 'rmsprop', flow: 'planar*10', threads: 1 },
];

/** The short form kills three of them once each: both optimisers, with and without flow, one thread and two. */
const chosen = runs.slice(0, KILLS);

/** The interruption of one start of the command, by a number from 0 to 1. */
function killing(
  attempt: number,
  chance: number,
  { folder, operations }: { folder: string; operations: number },
): ProgramOptions {
  // every other kill is in the middle of an operation on files: of those that a taken-up run has left, mostly one of
  // the first
  const at = 1 + Math.floor(chance ** 2 * operations);
  if (attempt % 2 === 0) return { fault: { kind: 'kill', at, folder } };
  let isTiming = false;
  return {
    onStderr(text, child) {
      if (isTiming || !text.includes('training')) return;
      isTiming = true;
      setTimeout(() => child.kill('SIGKILL'), chance * 300);
    },
  };
}

describe.concurrent(`${KILLS} kills`, () => {
  it.concurrent.each(chosen.map((run, i) => ({ ...run, kills: Math.floor((KILLS + i) / chosen.length), number: i })))(
    '$kills of $optimizer with flow $flow, threads: $threads',
    async ({ optimizer, flow, threads, kills, number }) => {
      const flags = trainFlags(optimizer, flow, threads);
      const [whole, killed] = [join(root, `whole${number}`), join(root, `killed${number}`)];
      const counting = await flowvae([...flags, '--out', whole], { fault: { kind: 'none', at: 0, folder: whole } });
      expect([counting.code, counting.stderr]).toEqual([0, expect.anything()]);
      const operations = Number(/file operations: (\d+)/.exec(counting.stderr)![1]);
      expect(operations).toBeGreaterThan(100);
      const chances = drawUniform(fold(key(number), 'kills'), 10 * kills);
      let landed = 0;
      let finished = 0;
      for (let attempt = 0; landed < kills; attempt++) {
        const isBegun = existsSync(join(killed, 'config.json'));
        if (!isBegun) rmSync(killed, { recursive: true, force: true });
        const kill = killing(attempt + number, chances[attempt]!, { folder: killed, operations });
        const { signal, code, stderr } = await flowvae([...flags, isBegun ? '--resume' : '--out', killed], kill);
        if (signal === 'SIGKILL') landed++;
        else {
          // nothing was left to be killed: that run is done, and another begins
          expect([code, stderr]).toEqual([0, expect.anything()]);
          expect(remains(killed)).toEqual(remains(whole));
          rmSync(killed, { recursive: true });
          finished++;
        }
      }
      const resumed = existsSync(join(killed, 'config.json')) ? '--resume' : '--out';
      const last = await flowvae([...flags, resumed, killed]);
      expect([last.code, last.stderr]).toEqual([0, expect.anything()]);
      expect(remains(killed)).toEqual(remains(whole));
      expect(readdirSync(killed).filter((name) => /partial|lock/.test(name))).toEqual([]);
      if (KILLS > 10) console.log(`${optimizer}, flow ${flow}: ${landed} kills over ${finished + 1} runs, bytes equal`);
    },
    1_800_000,
  );
});
