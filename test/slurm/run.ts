// `pnpm slurm [--steps 16000] [--keep]`: twelve runs as a job array of a real Slurm, whose time limit is shorter than a
// run. The submitting process is killed, later a node; both come back. The table says whether every run has the bytes
// of an uninterrupted one. Progress to stderr, the table to stdout; exits with 1 where a byte differs or a run was
// never stopped. --keep keeps the folder.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { tolerateClosedPipes } from '../../packages/flowvae/src/command/closed-pipes.ts';
import { readArguments, refuse, wholeNumber } from '../processes/arguments.ts';
import setup from '../processes/compiled-sources.ts';
import { type Cluster, missingPrograms, startSlurm, until } from './cluster.ts';

tolerateClosedPipes();
const USAGE = 'pnpm slurm [--steps 16000] [--keep]';
const { values } = readArguments(USAGE, {
  options: { steps: { type: 'string', default: '16000' }, keep: { type: 'boolean', default: false } },
});
const steps = wholeNumber('steps', values.steps, USAGE);
if (missingPrograms.length > 0) refuse(`not installed: ${missingPrograms.join(', ')}`, USAGE);

const started = Date.now();
const say = (text: string) =>
  process.stderr.write(`${((Date.now() - started) / 1000).toFixed(0).padStart(4)} s  ${text}\n`);

const folder = mkdtempSync(join(tmpdir(), 'flowvae-slurm-'));
const data = join(folder, 'rows.csv');
const rows = Array.from({ length: 400 }, (_, i) => [Math.sin(i), Math.cos(2 * i), Math.sin(i * i), i % 7]);
writeFileSync(data, `a,b,c,d\n${rows.map((row) => row.map((x) => x.toFixed(4)).join()).join('\n')}\n`);

/** Twelve runs. */
const sweep = [
  ...['--grid', 'flow=planar*2,planar*3,planar*4', '--seeds', '4', '--data', data, '--steps', `${steps}`],
  ...[
    '--latent',
    '2',
    '--hidden',
    '16',
    '--batch',
    '20',
    '--eval-images',
    '4',
    '--eval-samples',
    '5',
    '--threads',
    '1',
  ],
];
/** Seconds. The limit is Slurm's least one. */
const [LIMIT, STOP_BEFORE] = [60, 35];

/** A process of `flowvae sweep`. */
interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
}

function flowvae(compiled: string, env: NodeJS.ProcessEnv, ...words: readonly string[]): Running {
  const main = join(compiled, 'packages/flowvae/src/command/main.js');
  const child = spawn(process.execPath, [main, 'sweep', ...words], { env, stdio: ['ignore', 'ignore', 'inherit'] });
  return { child, ended: new Promise((resolve) => void child.once('close', resolve)) };
}

/** How often each task was started again, and on which nodes it ran. */
class Watch {
  readonly restarts = new Map<number, number>();
  readonly nodes = new Map<number, Set<string>>();
  private isOver = false;

  async follow(cluster: Cluster): Promise<void> {
    const width = 30;
    const format = ['arraytaskid', 'restartcnt', 'nodelist'].map((name) => `${name}:${width}`).join();
    while (!this.isOver) {
      for (const line of cluster.ask('squeue', '-h', '-r', '-t', 'all', '-O', format).split('\n').filter(Boolean)) {
        const [task, restarts, node] = [0, 1, 2].map((i) => line.slice(i * width, (i + 1) * width).trim());
        this.restarts.set(Number(task), Number(restarts));
        if (node) this.nodes.set(Number(task), (this.nodes.get(Number(task)) ?? new Set<string>()).add(node));
      }
      await pause(1000);
    }
  }

  end(): void {
    this.isOver = true;
  }
}

/** Tasks on node two that were started again some seconds ago. */
const inSecondLife = (cluster: Cluster, { restarts }: Watch): string[] =>
  [...cluster.ask('squeue', '-h', '-r', '-t', 'running', '-w', 'two', '-o', '%K %M').matchAll(/^(\d+) 0:(\d+)$/gm)]
    .filter(([, task, seconds]) => restarts.get(Number(task))! > 0 && Number(seconds) >= 4 && Number(seconds) <= 12)
    .map(([, task]) => task!);

/** The sweep by Slurm, with its misfortunes. */
async function unlucky(compiled: string, cluster: Cluster, out: string): Promise<Watch> {
  const watch = new Watch();
  const limits = ['--runner', 'slurm', '--time-limit', `${LIMIT / 60}`, '--stop-before', `${STOP_BEFORE}`];
  const first = flowvae(compiled, cluster.env, ...sweep, ...limits, '--out', out);
  await until(() => cluster.ask('squeue', '-h', '-t', 'running') !== '', 'jobs', 60);
  const following = watch.follow(cluster);
  await pause(20_000);
  first.child.kill('SIGKILL');
  say('the submitting process is killed by SIGKILL');
  await first.ended;
  const second = flowvae(compiled, cluster.env, '--resume', out);
  // in the middle of their second lives: nobody warns them any more, and new jobs find their locks
  await until(() => inSecondLife(cluster, watch).length >= 3, 'jobs on node two that were started again', 300);
  const lost = inSecondLife(cluster, watch).join(', ');
  await cluster.killNode('two');
  say(`slurmd of node two is killed by SIGKILL; its tasks: ${lost}`);
  await until(() => /State=DOWN/.test(cluster.ask('scontrol', 'show', 'node', 'two')), 'node two is down', 120);
  say('Slurm takes node two for down');
  await pause(20_000);
  await cluster.startNode('two');
  say('node two is back');
  const code = await second.ended;
  watch.end();
  await following;
  say(`the sweep has ended with code ${code}`);
  return watch;
}

/** Bytes of a run that do not depend on the time of day. */
function bytesOf(run: string): Buffer {
  const metrics = readFileSync(join(run, 'metrics.jsonl'), 'utf8').replaceAll(/,"msPerStep":[^,}]*/g, '');
  return Buffer.concat([readFileSync(join(run, 'model.safetensors')), Buffer.from(metrics)]);
}

/** Seconds from a run's beginning to its report. */
const secondsOf = (run: string) =>
  (statSync(join(run, 'report.json')).mtimeMs - statSync(join(run, 'config.json')).birthtimeMs) / 1000;

/** How often a text stands in the output of an array's task. */
const countOf = (text: string, scripts: string, task: number) =>
  readdirSync(scripts)
    .filter((name) => name.endsWith(`-${task}.log`))
    .reduce((sum, name) => sum + readFileSync(join(scripts, name), 'utf8').split(text).length - 1, 0);

function table(whole: string, parts: string, watch: Watch): { readonly text: string; readonly isFine: boolean } {
  const lines = ['| run | seconds, uninterrupted | stops by the warning | found locked | restarts | nodes | bytes |'];
  lines.push('| --- | ---: | ---: | ---: | ---: | --- | --- |');
  let isFine = true;
  const indices = new Map(
    (JSON.parse(readFileSync(join(parts, 'sweep.json'), 'utf8')) as { trials: { slug: string }[] }).trials.map(
      ({ slug }, i) => [slug, i],
    ),
  );
  for (const slug of readdirSync(join(whole, 'runs')).toSorted()) {
    const isEqual = bytesOf(join(whole, 'runs', slug)).equals(bytesOf(join(parts, 'runs', slug)));
    const index = indices.get(slug)!;
    const [stops, locks] = [140, 75].map((code) => countOf(`exit code ${code}:`, join(parts, 'slurm'), index));
    const restarts = watch.restarts.get(index) ?? 0;
    const at = [...(watch.nodes.get(index) ?? [])].toSorted().join(', ');
    const seconds = Math.round(secondsOf(join(whole, 'runs', slug)));
    lines.push(
      `| ${slug} | ${seconds} | ${stops} | ${locks} | ${restarts} | ${at} | ${isEqual ? 'equal' : 'DIFFERENT'} |`,
    );
    isFine &&= isEqual && seconds > LIMIT && stops! > 0 && restarts > 0;
  }
  return { text: lines.join('\n'), isFine };
}

let compiled = '';
const removeCompiled = await setup({
  provide(_: string, path: string) {
    compiled = path;
  },
} as never);
const [whole, parts] = ['whole', 'parts'].map((name) => join(folder, name)) as [string, string];
try {
  say('twelve uninterrupted runs at once');
  const code = await flowvae(compiled, process.env, ...sweep, '--jobs', '12', '--quiet', '--out', whole).ended;
  if (code !== 0) throw new Error(`the uninterrupted sweep ended with code ${code}`);
  const cluster = await startSlurm({ folder: join(folder, 'slurm'), places: 6 });
  say(`${cluster.ask('sinfo', '--version').trim()}: two nodes`);
  try {
    const watch = await unlucky(compiled, cluster, parts);
    const { text, isFine } = table(whole, parts, watch);
    process.stdout.write(`${text}\n`);
    process.exitCode = isFine ? 0 : 1;
  } finally {
    await cluster.stop();
  }
} finally {
  removeCompiled();
  if (values.keep) say(`kept: ${folder}`);
  else rmSync(folder, { recursive: true, force: true });
}
