// Makes sessions for graphs in which ONNX Runtime's fusions of transposes and products have something to do; run in a
// process that may die. Arguments: the graph's name, and `ours` or `defaults` for the options of the session; prints
// the operators of the optimised graph.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadRuntime, traceGraph } from '@flowvae/compiler';
import onnxProto from 'onnx-proto';
import { encodeModel } from '../../packages/compiler/src/graph/onnx-model.ts';
import { sessionOptions } from '../../packages/compiler/src/sessions/session-options.ts';
import { fusedGraphs } from './fused-graphs.ts';

const [name, options] = process.argv.slice(2) as [string, 'ours' | 'defaults'];
const runtime = await loadRuntime();
if (typeof runtime === 'string') throw new Error(runtime);
const { fn, shapes } = fusedGraphs[name]!;
const folder = mkdtempSync(join(tmpdir(), 'flowvae-optimised-'));
try {
  const optimizedModelFilePath = join(folder, 'optimised.onnx');
  const chosen = options === 'ours' ? sessionOptions({ threads: 1 }) : {};
  const session = await runtime.InferenceSession.create(encodeModel(traceGraph(fn, shapes)), {
    ...chosen,
    optimizedModelFilePath,
  });
  await session.release();
  const { graph } = onnxProto.onnx.ModelProto.decode(readFileSync(optimizedModelFilePath));
  process.stdout.write(JSON.stringify(graph!.node!.map(({ name, opType }) => `${opType} ${name}`)));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
