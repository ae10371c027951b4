#!/bin/sh
# onnxruntime-web 1.30.0: a run that is given a preallocated tensor on the processor as an output returns this tensor with its old values, and
# raises nothing: here zeros in place of -1, -2, -3. onnxruntime-node 1.30.0 fills the same tensor. Without a preallocated tensor both give the
# right values, so code that moves from Node to a page must name its outputs and copy.
# Known as issue 25786 of microsoft/onnxruntime.
# Needs node, npm and the network. Exits with 0 while the two packages behave as written here.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true }' >package.json
ONNXRUNTIME_NODE_INSTALL=skip npm install --silent --no-audit --no-fund --ignore-scripts \
  onnxruntime-web@1.30.0 onnxruntime-node@1.30.0 onnx-proto@8.0.1
cat >outputs.cjs <<'JS'
const { onnx } = require('onnx-proto');

const port = (name) => ({ name, type: { tensorType: { elemType: 1, shape: { dim: [{ dimValue: 3 }] } } } });
const graph = { name: 'negative', node: [{ opType: 'Neg', input: ['x'], output: ['y'] }], input: [port('x')], output: [port('y')] };
const model = onnx.ModelProto.encode({ irVersion: 8, opsetImport: [{ domain: '', version: 17 }], graph }).finish();

async function outputs(name, provider) {
  const { InferenceSession, Tensor } = require(name);
  const session = await InferenceSession.create(model, { executionProviders: [provider] });
  const feeds = { x: new Tensor('float32', Float32Array.of(1, 2, 3), [3]) };
  const given = new Tensor('float32', new Float32Array(3), [3]);
  const into = await session.run(feeds, { y: given });
  const plain = await session.run(feeds, ['y']);
  const seen = { given: [...given.data], returned: [...into.y.data], plain: [...plain.y.data] };
  console.log(name, JSON.stringify(seen));
  return seen;
}

(async () => {
  const [node, web] = [await outputs('onnxruntime-node', 'cpu'), await outputs('onnxruntime-web', 'wasm')];
  const right = '-1,-2,-3';
  const asWritten = `${node.given}` === right && `${web.given}` === '0,0,0' && `${web.returned}` === '0,0,0' && `${web.plain}` === right;
  process.exit(asWritten ? 0 : 1);
})();
JS
node outputs.cjs
