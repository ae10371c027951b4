// Slurm's batch script, and the texts that Slurm prints and takes.
import { isSetBySweep, type JobArray, slurmScript, slurmSeconds, slurmStates } from '@flowvae/sweeps';
import { describe, expect, it } from 'vitest';

const command = (index: number) => [
  '/usr/bin/node',
  'main.js',
  'sweep',
  '--resume',
  'my runs/it’s',
  '--index',
  `${index}`,
];

const array: JobArray = {
  name: 'first-1a2b3c4d',
  folder: '/home/ada/runs/first',
  workFolder: '/home/ada',
  tasks: [0, 1, 2, 5].map((number) => ({ number, slug: `seed-${number}`, command: command(number) })),
  jobs: 2,
};

const script = (given: Partial<JobArray> = {}, options = {}) =>
  slurmScript({ ...array, ...given }, { threads: 2, stopBefore: 120, ...options });

/** Lines for sbatch. */
const directives = (text: string) => text.split('\n').flatMap((line) => /^#SBATCH (.*)$/.exec(line)?.[1] ?? []);

describe('slurmScript', () => {
  it('names the array, its limits, and that its jobs stop and start again', () => {
    const limits = { timeLimit: '4:00:00', partition: 'long', memory: 4000, others: { account: 'x y', exclusive: '' } };
    expect(directives(script({}, limits))).toEqual([
      '--job-name=first-1a2b3c4d',
      '--array=0-2,5%2',
      '--cpus-per-task=2',
      '--time=4:00:00',
      '--partition=long',
      '--mem=4000M',
      '--signal=B:USR2@120',
      '--requeue',
      '--open-mode=append',
      '--output=/home/ada/runs/first/slurm/first-1a2b3c4d-%a.log',
      '--chdir=/home/ada',
      "'--account=x y'",
      '--exclusive',
    ]);
  });

  it('leaves limits that nobody gave to the cluster', () => {
    const words = directives(script({ jobs: undefined })).join('\n');
    expect(words).toContain('--array=0-2,5\n');
    expect(words).not.toMatch(/--(time|partition|mem)=/);
  });

  it('starts each task by its own words, and shares those of all', () => {
    const text = script();
    expect(text).toContain("command=(/usr/bin/node main.js sweep --resume 'my runs/it’s' --index)\n");
    expect(text).toContain('  0) start seed-0 0 ;;\n  1) start seed-1 1 ;;\n');
    expect(script({ tasks: array.tasks.slice(0, 1) })).toContain('  0) start seed-0 ;;\n');
  });
});

it('slurmStates reads squeue, and takes unknown states for ends that Slurm made', () => {
  const output = '17|0|RUNNING|None\n17|1|PENDING|BeginTime\n17|2|COMPLETING|None\n17|3|NODE_FAIL|NodeDown\n';
  expect([...slurmStates(output)]).toEqual([
    [0, { phase: 'running', id: '17_0', text: 'RUNNING' }],
    [1, { phase: 'waiting', id: '17_1', text: 'PENDING (BeginTime)' }],
    [2, { phase: 'ending', id: '17_2', text: 'COMPLETING' }],
    [3, { phase: 'stopped', id: '17_3', text: 'NODE_FAIL (NodeDown)' }],
  ]);
  expect(slurmStates('').size).toBe(0);
});

it('slurmSeconds reads the forms that sbatch takes', () => {
  const texts = ['90', '1:30', '4:00:00', '2-12', '1-0:30', '1-0:0:5', 'soon', 'UNLIMITED'];
  expect(texts.map(slurmSeconds)).toEqual([5400, 90, 14_400, 216_000, 88_200, 86_405, undefined, undefined]);
});

it('isSetBySweep knows the options on which stop and restart depend', () => {
  expect(['signal', 'no-requeue', 'array', 'account', 'qos'].map(isSetBySweep)).toEqual([
    true,
    true,
    true,
    false,
    false,
  ]);
});
