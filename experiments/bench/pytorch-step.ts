// The same step in PyTorch, where python3 has it: a child process that trains so many steps when asked.
import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type Contender, type Setting, shape } from './setting.ts';

/** Steps that are not counted, as many as `fit` leaves out. */
const WARM_UP = 20;

/** PyTorch's version, or why it cannot be used. */
export function findPyTorch(): { readonly version: string } | { readonly reason: string } {
  const probe = spawnSync('python3', ['-c', 'import torch; print(torch.__version__)'], { encoding: 'utf8' });
  if (probe.status === 0) return { version: probe.stdout.trim() };
  return { reason: probe.error?.message ?? probe.stderr.trim().split('\n').at(-1) ?? 'python3 failed' };
}

/** Resolves when the child has imported torch and run a step: until then it would disturb whoever is measured. */
export async function pytorchStep({ layers, threads }: Setting): Promise<Contender> {
  const program = fileURLToPath(new URL('./pytorch_step.py', import.meta.url));
  const args = [layers, threads, shape.batch, shape.hidden, shape.latent].map(String);
  const { OPENBLAS_CORETYPE: _, ...env } = process.env; // a machine's setting for other libraries must not slow a peer
  const child = spawn('python3', [program, ...args], { env });
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const errors = collect(child);
  const train = async (steps: number) => {
    child.stdin.write(`${steps}\n`);
    const { value, done } = await answers.next();
    if (done) throw new Error(`PyTorch stopped: ${errors()}`);
    return (JSON.parse(value) as { msPerStep: number }).msPerStep;
  };
  await train(1);
  return {
    name: 'PyTorch eager',
    async measure(steps) {
      await train(WARM_UP);
      return train(steps);
    },
    async close() {
      child.stdin.end();
    },
  };
}

function collect(child: ChildProcessWithoutNullStreams): () => string {
  let text = '';
  child.stderr.on('data', (chunk) => {
    text += chunk;
  });
  return () => text.trim().split('\n').at(-1) ?? '';
}
