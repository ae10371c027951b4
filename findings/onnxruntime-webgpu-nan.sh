#!/bin/sh
# ONNX Runtime 1.30.0 for Node: activations of its WebGPU provider turn NaN into numbers, where those of its CPU provider keep it. A model whose
# hidden values are NaN can so give a finite loss on a graphics card. The reason: WGSL's min, max, clamp and comparisons may drop NaN.
#   NaN through      CPU       WebGPU
#   Relu             NaN       0
#   Clip(-1, 1)      NaN       -1
#   Sigmoid          NaN       0
#   HardSigmoid      NaN       1
#   Softplus, Elu    NaN       Infinity
#   Softmax          all NaN   all 0
# Tanh, LeakyRelu, Min, Max, Abs and ReduceMax keep NaN on both.
# The driver is SwiftShader, Vulkan in software, of Debian's package chromium-common; cards may give other numbers for NaN, as WGSL lets them.
# Needs node, npm, apt-get, dpkg-deb and the network, on Linux x64. Exits with 0 while ONNX Runtime behaves as written here.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
(apt-get download chromium-common libvulkan1 || { apt-get update && apt-get download chromium-common libvulkan1; }) >/dev/null 2>&1
for file in ./*.deb; do dpkg-deb --extract "$file" .; done
export VK_DRIVER_FILES="$folder/usr/lib/chromium/vk_swiftshader_icd.json"
export LD_LIBRARY_PATH="$folder/usr/lib/x86_64-linux-gnu"
echo '{ "private": true }' >package.json
ONNXRUNTIME_NODE_INSTALL=skip npm install --silent --no-audit --no-fund --ignore-scripts onnxruntime-node@1.30.0 onnx-proto@8.0.1
cat >nan.cjs <<'JS'
const { InferenceSession, Tensor } = require('onnxruntime-node');
const { onnx } = require('onnx-proto');

const port = (name) => ({ name, type: { tensorType: { elemType: 1, shape: { dim: [{ dimValue: 3 }] } } } });
const number = (name, value) => ({ name, dims: [], dataType: 1, floatData: [value] });
const model = (opType, numbers) => {
  const initializer = numbers.map((value, i) => number(`n${i}`, value));
  const node = [{ opType, input: ['x', ...initializer.map(({ name }) => name)], output: ['y'] }];
  const graph = { name: 'one node', node, initializer, input: [port('x')], output: [port('y')] };
  return onnx.ModelProto.encode({ irVersion: 8, opsetImport: [{ domain: '', version: 17 }], graph }).finish();
};

async function throughProvider(provider, opType, numbers) {
  const options = { executionProviders: [provider], logSeverityLevel: 4 };
  const session = await InferenceSession.create(model(opType, numbers), options);
  const { y } = await session.run({ x: new Tensor('float32', Float32Array.of(NaN, -1, 2), [3]) });
  return y.data;
}

const expected = { Relu: 0, Clip: -1, Sigmoid: 0, HardSigmoid: 1, Softplus: Infinity, Elu: Infinity, Softmax: 0, Tanh: NaN, LeakyRelu: NaN, Abs: NaN };
(async () => {
  let asWritten = true;
  for (const [opType, onWebGpu] of Object.entries(expected)) {
    const numbers = opType === 'Clip' ? [-1, 1] : [];
    const [cpu, webgpu] = [await throughProvider('cpu', opType, numbers), await throughProvider('webgpu', opType, numbers)];
    console.log(`${opType}: NaN becomes ${cpu[0]} on CPU, ${webgpu[0]} on WebGPU`);
    asWritten &&= Number.isNaN(cpu[0]) && Object.is(webgpu[0], onWebGpu);
  }
  process.exitCode = asWritten ? 0 : 1;
})();
JS
node nan.cjs
