// `pnpm fuzz`: random tfjs programs, compiled, on the backend and exported, against TensorFlow.js's own eager kernels.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { tolerateClosedPipes } from '../../packages/flowvae/src/command/closed-pipes.ts';
import { readArguments, wholeNumber } from '../processes/arguments.ts';
import { runCampaign, type StartPrograms } from './campaign.ts';
import type { Fault } from './observation.ts';
import { printProgram, randomProgram } from './random-program.ts';

tolerateClosedPipes();

const USAGE = `pnpm fuzz [--seed n] [--count n] [--json]   runs programs n, n + 1, … (default: 1,000 from 0); exit code 1 where one is wrong
pnpm fuzz --print n                          prints program n`;

const child = fileURLToPath(new URL('programs-program.ts', import.meta.url));

const start: StartPrograms = (args) =>
  new Promise((resolve) => {
    const spawned = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), child, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const text = { stdout: '', stderr: '' };
    spawned.stdout.on('data', (chunk) => {
      text.stdout += chunk;
    });
    spawned.stderr.on('data', (chunk) => {
      text.stderr += chunk;
    });
    spawned.on('close', (code, signal) => resolve({ code, signal, ...text }));
  });

const described = ({ seed, engine, fault }: Fault) => `\n${engine}: ${fault}\n${printProgram(randomProgram(seed))}`;

const { values: options } = readArguments(USAGE, {
  options: {
    seed: { type: 'string', default: '0' },
    count: { type: 'string', default: '1000' },
    print: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
if (options.print !== undefined)
  process.stdout.write(`${printProgram(randomProgram(wholeNumber('print', options.print, USAGE)))}\n`);
else {
  const [first, count] = [wholeNumber('seed', options.seed, USAGE), wholeNumber('count', options.count, USAGE)];
  let shown = 0;
  const show = (faults: readonly Fault[]) => {
    if (!options.json) for (const fault of faults.slice(shown)) process.stdout.write(`${described(fault)}\n`);
    shown = faults.length;
  };
  const faults = await runCampaign({
    first,
    count,
    start,
    onBatch(done, found) {
      process.stderr.write(`${done} of ${count} programs, ${found.length} faults\n`);
      show(found);
    },
  });
  process.stdout.write(
    options.json
      ? `${JSON.stringify({ first, count, faults })}\n`
      : `${count} programs from ${first}: ${faults.length} faults\n`,
  );
  process.exitCode = faults.length > 0 ? 1 : 0;
}
