// `--engine webgpu` in the command: a run on the device, its record, its return to processors, and no device at all.
import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { flowvaeHere, jsonHere } from '../flowvae/in-process.ts';
import { freshPath, tinyData, tinyFlags } from '../flowvae/tiny-run.ts';
import { flowvae } from '../processes/programs.ts';
import { isMissing, without } from './card.ts';

let data: string;
beforeAll(() => {
  data = tinyData();
});

const configOf = (run: string) => JSON.parse(readFileSync(join(run, 'config.json'), 'utf8'));
const model = (run: string) => readFileSync(join(run, 'model.safetensors'));

it('a machine without a driver gets one line and exit code 2 before anything is written', async () => {
  const out = freshPath();
  const env = { VK_DRIVER_FILES: '/nonexistent.json', VK_ICD_FILENAMES: '/nonexistent.json' };
  const { code, stderr } = await flowvae(['train', ...tinyFlags(data), '--engine', 'webgpu', '--out', out], { env });
  expect(stderr).toMatch(
    /^flowvae: --engine webgpu: expected a graphics card with its driver, got no graphics card is usable here \(.*install.*\); --engine compiled runs on processors\n$/,
  );
  expect(code).toBe(2);
  expect(() => configOf(out)).toThrow('ENOENT');
});

describe.skipIf(isMissing)(`a run on a device${without}`, () => {
  const flags = () => ['train', ...tinyFlags(data), '--engine', 'webgpu', '--clip', '5', '--quiet'];

  it('names the device, goes on to the same bytes, and on processors only if that is asked for', async () => {
    const [whole, halves, moved] = [freshPath(), freshPath(), freshPath()];
    const report = await jsonHere(...flags(), '--out', whole);
    expect(report).toMatchObject({ engine: 'webgpu', steps: 6 });
    expect(configOf(whole).versions.device).toMatch(/, driver \d/);
    expect(await flowvaeHere([...flags(), '--until', '3', '--out', halves])).toMatchObject({ code: 0 });
    cpSync(halves, moved, { recursive: true });
    expect(await flowvaeHere(['train', '--resume', halves, '--quiet'])).toMatchObject({ code: 0 });
    expect(model(halves).equals(model(whole))).toBe(true);
    const { testNll } = await jsonHere('evaluate', whole, '--engine', 'compiled');
    expect(testNll / report.testNll).toBeCloseTo(1, 5);
    const onProcessors = ['train', '--resume', moved, '--engine', 'compiled', '--quiet'];
    const refused = await flowvaeHere(onProcessors);
    expect(refused).toMatchObject({ code: 2 });
    expect(refused.stderr).toContain('engine');
    const elsewhere = await jsonHere(...onProcessors, '--allow-different-machine');
    expect(elsewhere).toMatchObject({ engine: 'compiled', steps: 6 });
  });
});
