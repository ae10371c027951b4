#!/bin/sh
# tf.matMul of TensorFlow.js 4.22.0 takes batches that broadcast, such as [3, 1] with [3, 3], and its result has the broadcast shape. The backends
# cpu and wasm take matrix i modulo an operand's number of matrices for product i. That is right if the shorter batch repeats as a whole
# ([1, 3] with [3, 3]). The product of [3, 1] with [3, 3] has wrong numbers, and that of [3, 1] with [1, 3] holds 3 matrices where its shape has 9.
# NumPy and ONNX's MatMul repeat each axis by itself.
# Needs node, npm and the network. Exits with 0 while TensorFlow.js behaves as written here.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y > /dev/null
npm install --silent --no-audit --no-fund @tensorflow/tfjs-core@4.22.0 @tensorflow/tfjs-backend-cpu@4.22.0 @tensorflow/tfjs-backend-wasm@4.22.0
cat > look.cjs <<'JAVASCRIPT'
const tf = require('@tensorflow/tfjs-core');
require('@tensorflow/tfjs-backend-cpu');
require('@tensorflow/tfjs-backend-wasm');

const batches = [[[1, 3], [3, 3]], [[3, 1], [3, 3]], [[3, 3], [3, 1]], [[3, 1], [1, 3]]];
const range = (shape) => {
  const size = shape.reduce((a, b) => a * b, 1);
  return tf.tensor(Float32Array.from({ length: size }, (_, i) => i + 1), shape);
};

/** The largest error of a product of 2 x 2 matrices, or how many numbers it lacks. */
function faultOf(batchA, batchB) {
  const [a, b] = [range([...batchA, 2, 2]), range([...batchB, 2, 2])];
  const product = tf.matMul(a, b);
  const [x, y, z] = [a, b, product].map((tensor) => tensor.dataSync());
  if (z.length !== product.size) return `${z.length} of ${product.size} numbers`;
  const from = (values, batch, i, j) => {
    const at = 4 * ((i % batch[0]) * batch[1] + (j % batch[1]));
    return values.subarray(at, at + 4);
  };
  let worst = 0;
  for (let i = 0; i < 3; i++) {
    for (let j = 0; j < 3; j++) {
      const [m, n] = [from(x, batchA, i, j), from(y, batchB, i, j)];
      const wanted = [m[0] * n[0] + m[1] * n[2], m[0] * n[1] + m[1] * n[3], m[2] * n[0] + m[3] * n[2], m[2] * n[1] + m[3] * n[3]];
      wanted.forEach((value, k) => { worst = Math.max(worst, Math.abs(value - z[4 * (3 * i + j) + k])); });
    }
  }
  return worst === 0 ? 'right' : `off by up to ${worst}`;
}

(async () => {
  for (const backend of ['cpu', 'wasm']) {
    await tf.setBackend(backend);
    for (const [a, b] of batches) console.log(`${tf.getBackend()} [${a}] x [${b}]: ${faultOf(a, b)}`);
  }
})();
JAVASCRIPT
found=$(node look.cjs 2> /dev/null)
echo "$found"
expected=$(for backend in cpu wasm; do
  echo "$backend [1,3] x [3,3]: right"
  echo "$backend [3,1] x [3,3]: off by up to 432"
  echo "$backend [3,3] x [3,1]: off by up to 440"
  echo "$backend [3,1] x [1,3]: 12 of 36 numbers"
done)
test "$found" = "$expected" || { echo "TensorFlow.js behaves in another way now" >&2; exit 1; }
