// `--engine webgpu` in the command: a run on the device, its record, its return to processors, and no device at all.
import { cpSync, existsSync, readFileSync } from 'node:fs';
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

it.each([
  ['train', ['--engine', 'webgpu']],
  ['sweep', ['--grid', 'engine=compiled,webgpu']],
] as const)(
  '%s on a machine without a driver gives one line and exit code 2, and writes nothing',
  async (name, engine) => {
    const out = freshPath();
    const words =
      name === 'train' ? tinyFlags(data) : ['--data', data, '--steps', '2', '--latent', '2', '--hidden', '8'];
    const env = { VK_DRIVER_FILES: '/nonexistent.json', VK_ICD_FILENAMES: '/nonexistent.json' };
    const { code, stderr } = await flowvae([name, ...words, ...engine, '--out', out], { env });
    expect(stderr).toMatch(
      /^flowvae: --engine webgpu: expected a graphics card with its driver, got no graphics card is usable here \(.*install.*\); --engine compiled runs on processors\n$/,
    );
    expect(code).toBe(2);
    expect(existsSync(out)).toBe(false);
  },
);

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
    expect(refused.stderr).toMatch(
      /expected engine "webgpu", got engine "compiled"; .*allow it with --allow-different-m/,
    );
    const elsewhere = await flowvaeHere([...onProcessors, '--allow-different-machine', '--until', '5']);
    expect(elsewhere).toMatchObject({ code: 0 });
    // as the line at the end of that command says
    expect(await jsonHere('train', '--resume', moved)).toMatchObject({ engine: 'compiled', steps: 6 });
  });
});
