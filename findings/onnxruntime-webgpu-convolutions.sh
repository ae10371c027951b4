#!/bin/sh
# ONNX Runtime 1.30.0 for Node: its WebGPU provider computes some convolutions wrong, without an error. Differences from its CPU provider, 3 × 3 windows
# over pictures of 5 × 6, values from -1 to 1 (a right result differs by 1e-5 at most):
#   Conv            6 or 9 channels to 4          wrong    (channels that divide by 3 and not by 4, more than 3, to a multiple of 4)
#   Conv            3, 8 or 12 channels to 4      right
#   ConvTranspose   3 groups of 2 channels to 1   wrong
#   ConvTranspose   3 groups of 1 channel to 1    right
#   ConvTranspose   4 channels to 2               right
# The first is https://github.com/microsoft/onnxruntime/issues/29651. The driver is SwiftShader, Vulkan in software, of Debian's package chromium-common.
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
cat >convolutions.cjs <<'JS'
const { InferenceSession, Tensor } = require('onnxruntime-node');
const { onnx } = require('onnx-proto');

const port = (name, shape) => ({ name, type: { tensorType: { elemType: 1, shape: { dim: shape.map((dimValue) => ({ dimValue })) } } } });
const ints = (name, values) => ({ name, type: 7, ints: values });

function model({ opType, x, w, y, group }) {
  const attribute = [ints('pads', [1, 1, 1, 1]), { name: 'group', type: 2, i: group }];
  const node = [{ opType, input: ['x', 'w'], output: ['y'], attribute }];
  const graph = { name: 'one node', node, input: [port('x', x), port('w', w)], output: [port('y', y)] };
  return onnx.ModelProto.encode({ irVersion: 8, opsetImport: [{ domain: '', version: 17 }], graph }).finish();
}

const filled = (shape, k) => new Tensor('float32', Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => Math.sin(k * i + 1)), shape);

async function throughProvider(provider, each) {
  const session = await InferenceSession.create(model(each), { executionProviders: [provider], logSeverityLevel: 4 });
  return (await session.run({ x: filled(each.x, 0.7), w: filled(each.w, 1.3) })).y.data;
}

const conv = (inputs) => ({ opType: 'Conv', x: [2, inputs, 5, 6], w: [4, inputs, 3, 3], y: [2, 4, 5, 6], group: 1 });
const cases = [
  ...[6, 9].map((inputs) => [conv(inputs), true]),
  ...[3, 8, 12].map((inputs) => [conv(inputs), false]),
  [{ opType: 'ConvTranspose', x: [2, 6, 5, 6], w: [6, 1, 3, 3], y: [2, 3, 5, 6], group: 3 }, true],
  [{ opType: 'ConvTranspose', x: [2, 3, 5, 6], w: [3, 1, 3, 3], y: [2, 3, 5, 6], group: 3 }, false],
  [{ opType: 'ConvTranspose', x: [2, 4, 5, 6], w: [4, 2, 3, 3], y: [2, 2, 5, 6], group: 1 }, false],
];
(async () => {
  let asWritten = true;
  for (const [each, isWrong] of cases) {
    const [cpu, webgpu] = [await throughProvider('cpu', each), await throughProvider('webgpu', each)];
    const worst = Math.max(...cpu.map((value, i) => Math.abs(value - webgpu[i])));
    console.log(`${each.opType}, filters [${each.w}], ${each.group} groups: differs by ${worst}`);
    asWritten &&= worst > 0.1 === isWrong;
  }
  process.exitCode = asWritten ? 0 : 1;
})();
JS
node convolutions.cjs
