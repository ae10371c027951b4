// PyTorch eager, PyTorch compiled and JAX at one task.
import type { Candidate } from '../measurement.ts';
import type { Options } from '../options.ts';
import { type Setting, shape } from '../setting.ts';
import { fasterOf, freshPeer, livingPeer } from './python-peer.ts';

/** A task for a peer, with its data. */
interface Task {
  readonly task: 'step' | 'evaluation' | 'flow' | 'memory' | 'setup' | 'save' | 'load';
  /** A flow by its name in torch_posteriors.py and jax_posteriors.py; absent: planar layers. */
  readonly family?: string;
  /** Of the model with this flow, which the peer compares with its own. */
  readonly parameters?: number;
  /** Importance samples, for `evaluation`. */
  readonly samples?: number;
}

/** How a section asks. */
export interface Call {
  /** Who can do it. Default: all of them. */
  readonly who?: readonly ('pytorch' | 'compile' | 'jax')[];
  /** A process for each measurement, JAX with its scan. Default: one over all rounds, JAX in the faster of its ways. */
  readonly fresh?: boolean;
}

/**
 * A rough guess, to avoid long waits in vain: compilers that unroll the chain of a whole model take minutes for K = 80.
 */
const SECONDS_PER_LAYER = 3;

/** The peers at a task. A peer that cannot take part throws its reason at its start. */
export function pythonPeers(task: Task, setting: Setting, options: Options, call: Call = {}): Candidate[] {
  const { peers, patience } = options;
  const { who = ['pytorch', 'compile', 'jax'], fresh = false } = call;
  const peer = (name: string, program: 'torch_peer.py' | 'jax_peer.py', own: object) =>
    (fresh ? freshPeer : livingPeer)(name, { program, setting: { ...shape, ...setting, ...task, ...own } }, patience);
  const hasOneWay = fresh || task.family !== undefined;
  const scan = peer(hasOneWay ? 'JAX jit' : 'scan', 'jax_peer.py', { unroll: false });
  const unrolled = peer('unrolled', 'jax_peer.py', { unroll: true });
  const tooLong = task.task !== 'flow' && setting.layers * SECONDS_PER_LAYER > patience;
  const candidates = {
    pytorch: peer('PyTorch eager', 'torch_peer.py', { compile: false }),
    compile: tooLong
      ? absent(
          'PyTorch compile',
          `K = ${setting.layers} is expected to compile for longer than --patience ${patience} (s)`,
        )
      : peer('PyTorch compile', 'torch_peer.py', { compile: true }),
    jax: hasOneWay ? scan : fasterOf('JAX jit', setting.layers === 0 || tooLong ? [scan] : [scan, unrolled]),
  };
  return who.map((name) => (peers.has(name) ? candidates[name] : absent(candidates[name].name, 'not among --peers')));
}

/** PyTorch and JAX on CUDA: kernel by kernel, compiled, and as one graph that is replayed. */
export function peersOnCard(setting: Setting, { peers, patience }: Options): Candidate[] {
  const task = { ...shape, ...setting, task: 'step', device: 'cuda' };
  const torch = (own: object) => ({ program: 'torch_peer.py', setting: { ...task, compile: false, ...own } }) as const;
  const known = [
    ['pytorch', livingPeer('PyTorch eager, CUDA', torch({}), patience)],
    ['compile', livingPeer('PyTorch compile, CUDA', torch({ compile: true }), patience)],
    ['compile', livingPeer('PyTorch graph, CUDA', torch({ task: 'step-graph' }), patience)],
    ['jax', livingPeer('JAX jit, CUDA', { program: 'jax_peer.py', setting: { ...task, unroll: false } }, patience)],
  ] as const;
  return known.map(([peer, candidate]) => (peers.has(peer) ? candidate : absent(candidate.name, 'not among --peers')));
}

/**
 * glibc keeps memory that PyTorch frees. By itself it gives pages back after every layer and takes them again: samples
 * of a process that has not trained take two to three times as long then.
 */
const KEEPING_MEMORY = { MALLOC_TRIM_THRESHOLD_: '1000000000', MALLOC_MMAP_THRESHOLD_: '1000000000' };

/** PyTorch on Glow: eager in the faster order of axes, and compiled. */
export function torchOnGlow(
  task: 'glow-step' | 'glow-samples',
  setting: Readonly<Record<string, unknown>>,
  { peers, patience }: Options,
): Candidate[] {
  const peer = (name: string, own: object) =>
    livingPeer(
      name,
      { program: 'torch_peer.py', setting: { ...setting, ...own, task }, env: KEEPING_MEMORY },
      patience,
    );
  const eager = fasterOf(
    'PyTorch eager',
    [false, true].map((last) =>
      peer(last ? 'channels last' : 'channels first', { compile: false, channels_last: last }),
    ),
  );
  const compiled = peer('PyTorch compile', { compile: true, channels_last: false });
  const known = { pytorch: eager, compile: compiled };
  return (['pytorch', 'compile'] as const).map((name) =>
    peers.has(name) ? known[name] : absent(known[name].name, 'not among --peers'),
  );
}

const absent = (name: string, reason: string): Candidate => ({
  name,
  start: async () => {
    throw new Error(reason);
  },
});
