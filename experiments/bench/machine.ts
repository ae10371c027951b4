// The machine and versions of a measurement: a number without them has no meaning.
import { spawnSync } from 'node:child_process';
import { cpus, loadavg, platform, release, totalmem } from 'node:os';
import { loadRuntime, tf } from 'flowvae';

/** The machine and the versions of everything that is compared. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly system: string;
  /** Processes that wanted to run in the minute before the start; above 0.5 other programs were running. */
  readonly loadAverage: number;
  readonly date: string;
  /** By name; for a missing program, the reason. */
  readonly versions: Readonly<Record<string, string>>;
}

const PROBE = `
import importlib.metadata as metadata, json, platform
def version(name):
    try: return metadata.version(name)
    except metadata.PackageNotFoundError: return "python3 does not have it"
print(json.dumps({"python": platform.python_version(), **{name: version(name) for name in ("torch", "jax", "numpy")}}))
`;

export async function describeMachine(): Promise<Machine> {
  const runtime = await loadRuntime();
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${platform()} ${release()}`,
    loadAverage: Number(loadavg()[0]!.toFixed(2)),
    date: new Date().toISOString().slice(0, 10),
    versions: {
      node: process.versions.node,
      onnxruntime: typeof runtime === 'string' ? runtime : runtime.version,
      tfjs: tf.version_core,
      ...pythonVersions(),
    },
  };
}

function pythonVersions(): Readonly<Record<string, string>> {
  const probe = spawnSync('python3', ['-c', PROBE], { encoding: 'utf8' });
  if (probe.status === 0) return JSON.parse(probe.stdout);
  return { python: probe.error?.message ?? probe.stderr.trim().split('\n').at(-1) ?? 'python3 failed' };
}

/** One line of text. */
export function machineLine({ cpu, cores, memoryGiB, system, loadAverage, date, versions }: Machine): string {
  const named = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return `${cpu}, ${cores} cores, ${memoryGiB} GiB, ${system}, load ${loadAverage} at the start, ${date}; ${named.join(', ')}`;
}
