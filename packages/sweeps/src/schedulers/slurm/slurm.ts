// Slurm, by its client programs. Its accounting database may be absent, so sacct is not asked.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { makeFolder, writeFileAtomically } from '@flowvae/runs/plain';
import { ExpectationError } from '@flowvae/tensor/plain';
import type { Scheduler } from '../scheduler.ts';
import type { SlurmOptions } from './slurm-options.ts';
import { optionWords, SCRIPTS, sbatchWords, slurmScript } from './slurm-script.ts';
import { FORMAT, slurmStates } from './slurm-states.ts';

/** Tasks of an array on a site that sets no limit. */
const DEFAULT_MOST = 1001;

/** The scheduler Slurm, version 20.02 or later. Submitting and computing machines have one file system. */
export const slurm = (options: SlurmOptions): Scheduler => ({
  name: 'slurm',
  async mostTasks() {
    const [, most] = /^MaxArraySize\s*=\s*(\d+)/m.exec(await said('scontrol', ['show', 'config'])) ?? [];
    return Number(most ?? DEFAULT_MOST);
  },
  async submit(array) {
    makeFolder(join(array.folder, SCRIPTS));
    const path = join(array.folder, SCRIPTS, `${array.name}.sbatch`);
    writeFileAtomically(path, slurmScript(array, options));
    // words of the command line, because variables such as SBATCH_SIGNAL overrule the lines of a script
    const id = await said('sbatch', [...optionWords({ parsable: '' }), ...sbatchWords(array, options), path]);
    return id.trim().split(';')[0]!;
  },
  states: async (name) => slurmStates(await said('squeue', ['-h', '-r', '-t', 'all', '-n', name, '-o', FORMAT])),
  async cancel(name) {
    await said('scancel', ['-n', name]);
  },
});

const run = promisify(execFile);

/** Room for the states of an array of a hundred thousand jobs. */
const MOST_BYTES = 64 * 2 ** 20;

/** The output of one of Slurm's programs. @throws ExpectationError if it is not there, or refuses */
async function said(program: string, words: readonly string[]): Promise<string> {
  try {
    return (await run(program, words, { maxBuffer: MOST_BYTES })).stdout;
  } catch (error) {
    const { code, stderr } = error as { readonly code?: unknown; readonly stderr?: string };
    if (code === 'ENOENT') {
      const expected = 'Slurm’s programs sbatch, squeue, scancel and scontrol on the path';
      throw new ExpectationError({ where: 'slurm', expected, received: `no ${program}` });
    }
    const received = (stderr ?? '').trim().split('\n').at(-1) || String(error);
    throw new ExpectationError({ where: program, expected: 'a command that Slurm accepts', received });
  }
}
