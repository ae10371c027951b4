// `pnpm conformance`: runs tfjs-core's own operation tests on the backend `onnxruntime` and prints the table of
// results. With --write the table is written to results/table.md; without, a run that is worse than that table ends
// with exit code 1.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { tolerateClosedPipes } from '../../packages/flowvae/src/command/closed-pipes.ts';
import { bundleTests } from './bundle.ts';
import type { Observation } from './observation.ts';
import { unmet } from './requirements.ts';
import { formatTable, summarise } from './table.ts';

tolerateClosedPipes();

const tablePath = fileURLToPath(new URL('results/table.md', import.meta.url));

/** The tests run in a process of their own: they print, change globals, and may bring ONNX Runtime down. */
function observe(bundle: string): Observation[] {
  const output = `${bundle}.json`;
  const { status, stderr } = spawnSync(process.execPath, [bundle], {
    env: { ...process.env, CONFORMANCE_OUTPUT: output },
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`the tests ended with exit code ${status}:\n${stderr.slice(-2000)}`);
  return JSON.parse(readFileSync(output, 'utf8')) as Observation[];
}

const summary = summarise(observe(await bundleTests()));
const table = formatTable(summary);
const committed = existsSync(tablePath) ? readFileSync(tablePath, 'utf8') : '';
if (process.argv.includes('--write')) {
  mkdirSync(dirname(tablePath), { recursive: true });
  writeFileSync(tablePath, table);
}
console.log(table);
console.log(`${summary.nodes} nodes ran on ONNX Runtime, ${summary.foreignKernels} kernels on other backends.`);
const complaints = unmet(summary, committed);
for (const complaint of complaints) console.log(`not met: ${complaint}`);
process.exitCode = complaints.length > 0 ? 1 : 0;
const { passed, failed, notApplicable } = summary.total;
console.log(`conformance: ${passed} passed, ${failed} failed, ${notApplicable} not applicable`);
