// Errors in the code's own words, each provoked by a user's mistake.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  adam,
  beginRun,
  checkShape,
  completeConfig,
  ExpectationError,
  fit,
  flowPrior,
  idxFolder,
  key,
  lockRun,
  openRun,
  parseFlow,
  parseInvertibleFlow,
  type Scalar,
  settings,
  startEagerBackend,
  type Tensor1D,
  tf,
  traceGraph,
} from 'flowvae';
import { readConfigFile } from '../../packages/flowvae/src/command/checks/requirements/config-file.ts';
import { errorLine } from '../../packages/flowvae/src/command/error-line.ts';
import { parseValue } from '../../packages/flowvae/src/config/setting/checked-values.ts';

const mistakes: readonly ((folder: string) => unknown)[] = [
  () => parseValue('steps', settings.steps, '1e3'),
  () => parseFlow('planr*3', 40),
  () => parseInvertibleFlow('sylvester-o(8)*4', 40),
  () => flowPrior(parseInvertibleFlow('iaf*2', 4, { contextWidth: 3 }), key(0)),
  () => completeConfig({ patience: 3 }),
  () => completeConfig({ stepz: 3 }, 'run.json'),
  () => readConfigFile('run.json'),
  () => idxFolder('/no/such/folder'),
  () => openRun('runs/planar-10-seed0'),
  (folder) => {
    writeFileSync(join(folder, 'notes.txt'), '');
    return beginRun(folder, { config: {} });
  },
  (folder) => {
    const { release } = lockRun(folder);
    try {
      return lockRun(folder);
    } finally {
      release();
    }
  },
  () => checkShape('planar.forward: z', tf.zeros([100, 39]), ['batch', 40]),
  () => traceGraph(() => ({ noise: tf.randomNormal([2]) }), {}),
  () => traceGraph(({ x }) => ({ y: tf.scalar(x!.dataSync()[0]!) }), { x: [2] }),
  async () => {
    await startEagerBackend('cpu');
    const w = tf.variable(tf.tensor1d([-1]));
    const loss = () => ({ loss: tf.sum(tf.log(w)) as Scalar, terms: { logW: tf.log(w) as Tensor1D } });
    const problem = { loss, inputShapes: {}, batch: () => ({}), variables: { w } };
    await fit({ ...problem, optimizer: adam(1e-3), steps: 1, engine: 'eager' });
  },
];

/**
 * The message of every mistake, as the command prints it, made in an empty folder: the current one may hold the user's
 * files and runs. A mistake without an error is an error.
 */
export async function realErrors(): Promise<string[]> {
  const messages: string[] = [];
  const here = process.cwd();
  for (const mistake of mistakes) {
    const folder = mkdtempSync(join(tmpdir(), 'flowvae-mistake-'));
    process.chdir(folder);
    try {
      messages.push(await messageOf(() => mistake(folder)));
    } finally {
      process.chdir(here);
      rmSync(folder, { recursive: true, force: true });
    }
  }
  return messages;
}

async function messageOf(mistake: () => unknown): Promise<string> {
  try {
    await mistake();
  } catch (error) {
    return error instanceof ExpectationError ? errorLine(error) : (error as Error).message;
  }
  throw new Error(`no error came of ${mistake}`);
}
