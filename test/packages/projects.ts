// Two projects of users, outside the repository: an empty ESM TypeScript one that wants flows, and a plain JavaScript
// one that wants everything.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, run } from './packing.ts';

/** Packages of ours that flows alone need. */
export const flowsAlone = ['@flowvae/flows', '@flowvae/distributions', '@flowvae/random', '@flowvae/tensor'];

const typescriptMain = `
import { flowPosterior, planar, type Posterior } from '@flowvae/flows';
import { type FlowTerm, NarrowLatentError, readFlowFormula } from '@flowvae/flows/plain';
import { drawNormal, key } from '@flowvae/random';
import { ExpectationError, tf, type Tensor2D } from '@flowvae/tensor';

const posterior: Posterior = flowPosterior({ latent: 3, contextWidth: 4, flow: planar(3, 2), key: key(0) });
const context: Tensor2D = tf.ones([2, 4]);
const noise = tf.tensor2d(drawNormal(key(1), 6), [2, 3]);
const { z, logProb } = posterior.at(context).sampleAndLogProb(noise);
// @ts-expect-error a planar flow takes a width, not a text: the types are there
planar('3');
const [term]: FlowTerm[] = readFlowFormula('planar*4', 3);
if (term?.count !== 4 || !(NarrowLatentError.prototype instanceof ExpectationError)) throw new Error('two doors, one room');
console.log(JSON.stringify({ z: z.shape, finite: [...logProb.dataSync()].every(Number.isFinite) }));
`;

/** Trains compiled with two threads (workers, WebAssembly), draws (fonts, canvas) and reads MNIST's files. */
const javascriptMain = `
import { adam, bernoulli, fit, flowPosterior, imageGrid, key, loadRuntime, mnist, parseFlow, standardNormal, tf } from 'flowvae';

const width = 20;
const flow = parseFlow('planar*2-radial', width);
const posterior = flowPosterior({ latent: width, contextWidth: 784, flow, key: key(0) });
const pixels = Float32Array.from(mnist().test.images.subarray(0, 6 * 784), (grey) => (grey > 127 ? 1 : 0));
const loss = ({ x, noise }) => {
  const { z, logProb } = posterior.at(x).sampleAndLogProb(noise);
  const evidence = bernoulli({ logits: tf.pad(z, [[0, 0], [0, 764]]) }).logProb(x);
  const values = tf.sub(logProb, tf.add(evidence, standardNormal(width).logProb(z)));
  return { loss: tf.mean(values), terms: { values } };
};
const problem = {
  loss,
  variables: posterior.variables,
  inputShapes: { x: [6, 784], noise: [6, width] },
  batch: () => ({ x: pixels, noise: new Float32Array(6 * width).fill(0.5) }),
};
const result = await fit({ ...problem, optimizer: adam(1e-3), steps: 4, threads: 2 });
const png = imageGrid({ images: pixels, height: 28, width: 28, columns: 3 });
const runtime = await loadRuntime();
console.log(JSON.stringify({ engine: result.engine, steps: result.steps, png: png.length > 100, runtime: typeof runtime === 'object' }));
`;

/** The output of the TypeScript project's program. */
export const typescriptResult = { z: [2, 3], finite: true };

/** The output of the JavaScript project's program, with ONNX Runtime and without. */
export const javascriptResult = (engine: 'compiled' | 'eager') => ({
  engine,
  steps: 4,
  png: true,
  runtime: engine === 'compiled',
});

/** Runs a program under some Node and reads the last line that it prints. */
export function resultOf(project: string, node: readonly string[], args: readonly string[] = ['main.js']): unknown {
  const [command, ...options] = node;
  return JSON.parse(
    run(command!, [...options, ...args], { cwd: project })
      .trim()
      .split('\n')
      .at(-1)!,
  );
}

/** Writes the empty TypeScript project. */
export function typescriptProject(folder: string): void {
  const compilerOptions = { module: 'nodenext', target: 'es2022', strict: true, skipLibCheck: true, types: [] };
  writeProject(folder, {
    'tsconfig.json': JSON.stringify({ compilerOptions }),
    'main.ts': typescriptMain,
  });
}

/** Writes a project as the page of `flowvae` advises, for the programs of all pages. */
export function readersProject(folder: string): void {
  const page = readFileSync(join(root, 'packages/flowvae/README.md'), 'utf8');
  writeProject(folder, { 'tsconfig.json': /^```json\n(.*?)^```$/ms.exec(page)![1]! });
}

/** Writes the plain JavaScript project. */
export const javascriptProject = (folder: string): void => writeProject(folder, { 'main.js': javascriptMain });

function writeProject(folder: string, files: Readonly<Record<string, string>>): void {
  mkdirSync(folder, { recursive: true });
  const manifest = { name: 'a-user', version: '1.0.0', private: true, type: 'module' };
  for (const [name, text] of Object.entries({ 'package.json': JSON.stringify(manifest), ...files }))
    writeFileSync(join(folder, name), text);
}
