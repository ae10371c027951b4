// A real Slurm on the loopback interface: munged, slurmctld and two slurmd as processes of this one, in a folder of its
// own, started and ended by process id.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, openSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { hostname, userInfo } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/** Debian has the daemons in sbin, which is not on every user's path. */
const PATH = [process.env.PATH, '/usr/sbin', '/sbin'].join(delimiter);

const programs = ['munged', 'slurmctld', 'slurmd', 'sbatch', 'squeue', 'scancel', 'scontrol', 'sinfo'];

/** Programs of Slurm that this machine lacks. */
export const missingPrograms: readonly string[] = programs.filter(
  (name) => !PATH.split(delimiter).some((folder) => existsSync(join(folder, name))),
);

/** Names of the nodes; both are this machine. */
const nodes = ['one', 'two'] as const;
type Node = (typeof nodes)[number];

/** A running Slurm. */
export interface Cluster {
  /** Variables with which Slurm's programs find it. */
  readonly env: NodeJS.ProcessEnv;
  /** The output of one of Slurm's programs. */
  ask(program: string, ...words: readonly string[]): string;
  /** Ends a node's slurmd by SIGKILL. The jobs' own processes live on, as they would if the network was lost. */
  killNode(node: Node): Promise<void>;
  startNode(node: Node): Promise<void>;
  /** Cancels all jobs, then ends the daemons. */
  stop(): Promise<void>;
}

/** Options of {@link startSlurm}. */
interface ClusterOptions {
  readonly folder: string;
  /** Jobs that a node takes at once, whatever its cores. */
  readonly places: number;
}

/** Starts Slurm, and waits until both nodes take jobs. */
export async function startSlurm({ folder, places }: ClusterOptions): Promise<Cluster> {
  for (const name of ['state', 'spool', 'log']) mkdirSync(join(folder, name), { recursive: true });
  const config = join(folder, 'slurm.conf');
  writeFileSync(config, configuration(folder, places, await freePorts(3)));
  const env = { ...process.env, PATH, SLURM_CONF: config };
  const daemons = new Map<string, ChildProcess>();
  const start = (name: string, program: string, ...words: string[]) => {
    const log = openSync(join(folder, 'log', `${name}.out`), 'a');
    daemons.set(name, spawn(program, words, { env, stdio: ['ignore', log, log] }));
  };
  const end = async (name: string, signal: NodeJS.Signals) => {
    const child = daemons.get(name)!;
    daemons.delete(name);
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await ended;
  };
  const ask = (program: string, ...words: readonly string[]) =>
    execFileSync(program, words, { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  const startNode = async (node: Node) => {
    start(node, 'slurmd', '-D', '-N', node, '-f', config);
    await until(() => / (idle|mixed|allocated)$/m.test(ask('sinfo', '-h', '-N', '-n', node, '-o', '%N %T')), node);
  };
  startMunge(folder, start);
  await until(() => existsSync(join(folder, 'munge.socket')), 'munged');
  start('slurmctld', 'slurmctld', '-D', '-f', config);
  await Promise.all(nodes.map(startNode)).catch((error) => {
    for (const child of daemons.values()) child.kill('SIGKILL');
    throw error;
  });
  return {
    env,
    ask,
    startNode,
    killNode: (node) => end(node, 'SIGKILL'),
    async stop() {
      ask('scancel', '--user', userInfo().username);
      await until(() => ask('squeue', '-h') === '', 'the end of all jobs').catch(() => {});
      for (const name of [...daemons.keys()].reverse()) await end(name, 'SIGTERM');
    },
  };
}

function startMunge(folder: string, start: (name: string, program: string, ...words: string[]) => void): void {
  const key = join(folder, 'munge.key');
  writeFileSync(key, randomBytes(1024), { mode: 0o600 });
  const files = { socket: 'munge.socket', 'pid-file': 'munged.pid', 'log-file': 'log/munged.log', 'seed-file': 'seed' };
  const words = Object.entries(files).map(([option, name]) => `--${option}=${join(folder, name)}`);
  start('munged', 'munged', '--foreground', '--force', `--key-file=${key}`, ...words);
}

/** Waits for a condition. A program that fails counts as a condition that does not hold. */
export async function until(holds: () => boolean, what: string, seconds = 60): Promise<void> {
  for (let tries = 0; tries < seconds * 5; tries++) {
    try {
      if (holds()) return;
    } catch {
      // not yet
    }
    await pause(200);
  }
  throw new Error(`${what}: not within ${seconds} seconds`);
}

/** Ports that nothing listens on. */
async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as { readonly port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/**
 * Without accounting, cgroups and systemd. Slurm holds a requeued job back until its credential has expired, so the
 * credential lives for the least possible time.
 */
function configuration(folder: string, places: number, [controller, ...ports]: readonly number[]): string {
  const user = userInfo().username;
  const host = hostname().split('.')[0]!;
  return `ClusterName=flowvae
SlurmctldHost=${host}(127.0.0.1)
SlurmctldPort=${controller}
SlurmUser=${user}
SlurmdUser=${user}
AuthType=auth/munge
CredType=cred/munge
AuthInfo=socket=${join(folder, 'munge.socket')},cred_expire=5
StateSaveLocation=${join(folder, 'state')}
SlurmdSpoolDir=${join(folder, 'spool', '%n')}
SlurmctldPidFile=${join(folder, 'slurmctld.pid')}
SlurmdPidFile=${join(folder, 'slurmd-%n.pid')}
SlurmctldLogFile=${join(folder, 'log', 'slurmctld.log')}
SlurmdLogFile=${join(folder, 'log', 'slurmd-%n.log')}
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
MailProg=/bin/true
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerParameters=sched_interval=2,bf_interval=2,batch_sched_delay=0
SlurmdParameters=config_overrides
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
ReturnToService=2
SlurmdTimeout=20
KillWait=10
MinJobAge=300
OverTimeLimit=0
${nodes.map((node, i) => `NodeName=${node} NodeHostname=${host} NodeAddr=127.0.0.1 Port=${ports[i]} CPUs=${places} State=UNKNOWN`).join('\n')}
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
`;
}
