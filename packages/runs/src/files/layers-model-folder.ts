// tf.layers models in folders, for plain Node, where TensorFlow.js has no file handler of its own.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ExpectationError, tf, type tfjs } from '@flowvae/tensor';
import { writeFileAtomically } from './atomic-file.ts';
import { makeFolder } from './make-folder.ts';

const TOPOLOGY = 'model.json';
const WEIGHTS = 'weights.bin';

/**
 * A handler for `model.save` and `loadLayersModel`: a folder with `model.json` and `weights.bin` in the format of
 * TensorFlow.js's own handlers, so that browsers load it by its address.
 *
 * @throws ExpectationError when saving if the folder cannot be made, when loading if a file is missing or damaged;
 * import custom layers before
 */
export const layersModelFolder = (path: string): tfjs.io.IOHandler => ({
  async save(artifacts) {
    const { weightData, weightSpecs = [], ...model } = artifacts;
    const weights = new Uint8Array(tf.io.CompositeArrayBuffer.join(weightData));
    const weightsManifest = [{ paths: [WEIGHTS], weights: weightSpecs }];
    makeFolder(path);
    writeFileAtomically(join(path, WEIGHTS), weights);
    writeFileAtomically(join(path, TOPOLOGY), JSON.stringify({ ...model, weightsManifest }));
    return { modelArtifactsInfo: tf.io.getModelArtifactsInfoForJSON(artifacts) };
  },
  async load() {
    const model = parsed(join(path, TOPOLOGY));
    const specs = model.weightsManifest.flatMap(({ weights }) => weights);
    return tf.io.getModelArtifactsForJSON(model, async () => [specs, weightsOf(join(path, WEIGHTS), specs)]);
  },
});

function parsed(path: string): tfjs.io.ModelJSON {
  const text = read(path).toString('utf8');
  try {
    const model = JSON.parse(text);
    if (model?.modelTopology && Array.isArray(model.weightsManifest)) return model;
  } catch {}
  throw new ExpectationError({
    where: path,
    expected: 'a tf.layers model with modelTopology and weightsManifest',
    received: `${JSON.stringify(text.slice(0, 30))}, ${text.length} characters`,
    remedy: 'the file is damaged or of another kind',
  });
}

function weightsOf(path: string, specs: readonly tfjs.io.WeightsManifestEntry[]): ArrayBuffer {
  const bytes = read(path);
  const wanted = specs.reduce((sum, { shape, dtype }) => sum + tf.util.sizeFromShape(shape) * bytesOf(dtype), 0);
  if (bytes.length === wanted) return new Uint8Array(bytes).buffer;
  throw new ExpectationError({
    where: path,
    expected: `${wanted} bytes, as ${TOPOLOGY} says`,
    received: `${bytes.length} bytes`,
    remedy: 'the file is damaged or of another model',
  });
}

const bytesOf = (dtype: tfjs.io.WeightsManifestEntry['dtype']) => (dtype === 'bool' ? 1 : 4);

function read(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const received = code === 'ENOENT' ? 'no such file' : (code ?? message);
    throw new ExpectationError({ where: path, expected: 'a file of a saved tf.layers model', received });
  }
}
