// Runs the programs of some seeds on every engine; one JSON line before and after each, so that a process that dies
// leaves the seed behind.
import { engines } from './engines.ts';
import type { Observation } from './observation.ts';
import { randomProgram } from './random-program.ts';
import { differenceOf, expectedOf } from './reference.ts';

const [first, count] = process.argv.slice(2).map(Number) as [number, number];

const tell = (observation: Observation) => process.stdout.write(`${JSON.stringify(observation)}\n`);

async function faultOf(engine: string, seed: number): Promise<string | undefined> {
  const program = randomProgram(seed);
  try {
    return differenceOf(expectedOf(program), await engines[engine]!(program));
  } catch (error) {
    return `threw ${error instanceof Error ? error.message.split('\n')[0] : error}`;
  }
}

for (let seed = first; seed < first + count; seed++) {
  for (const engine of Object.keys(engines)) {
    tell({ seed, engine, state: 'begun' });
    const fault = await faultOf(engine, seed);
    tell({ seed, engine, state: fault === undefined ? 'right' : 'wrong', ...(fault === undefined ? {} : { fault }) });
  }
}
