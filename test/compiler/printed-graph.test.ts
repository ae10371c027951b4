// The printed graph of a small loss with its gradients, for reviewers: read it when a lowering or a pass changes.
import { printGraph, traceGraph } from '@flowvae/compiler';
import { type Rank, type Scalar, type Tensor2D, tf } from '@flowvae/tensor';
import { expect, it } from 'vitest';

it('printGraph prints inputs, variables, nodes with their origin, and outputs', () => {
  const kernel = tf.tidy(() => tf.variable(tf.zeros<Rank.R2>([3, 2])));
  const bias = tf.tidy(() => tf.variable(tf.zeros([2])));
  const graph = traceGraph(
    ({ x }) => {
      const loss = () => tf.mean(tf.softplus(tf.relu(tf.add(tf.matMul(x as Tensor2D, kernel), bias)))) as Scalar;
      const { value, grads } = tf.variableGrads(loss, [kernel, bias]);
      return { loss: value, kernelGradient: grads[kernel.name]!, biasGradient: grads[bias.name]! };
    },
    { x: [4, 3] },
    { variables: { kernel, bias } },
  );
  expect(printGraph(graph)).toMatchInlineSnapshot(`
    "inputs
      x: f32[4, 3]
      kernel: f32[3, 2]
      bias: f32[2]
    nodes
      %0: f32[4, 2] = Gemm(x, kernel, bias, transA=0, transB=0)  // matMul: BatchMatMul
      %1: f32[4, 2] = Relu(%0)  // Relu
      %2: f32[4, 2] = Abs(%1)  // Softplus
      %3: f32[4, 2] = Neg(%2)  // Softplus
      %4: f32[4, 2] = Exp(%3)  // Softplus
      %5: f32[4, 2] = Relu(%1)  // Softplus
      %6: f32[4, 2] = Add(%4, 1)  // Softplus
      %7: f32[4, 2] = Sub(%6, 1)  // Softplus
      %8: f32[4, 2] = Sub(%4, %7)  // Softplus
      %9: f32[4, 2] = Log(%6)  // Softplus
      %10: f32[4, 2] = Div(%8, %6)  // Softplus
      %11: f32[4, 2] = Add(%9, %10)  // Softplus
      %12: f32[4, 2] = Add(%5, %11)  // Softplus
      %13: f32[] = ReduceMean(%12, axes=[0, 1], keepdims=0)  // Mean
      %14: f32[4, 2] = Neg(%1)  // Sigmoid
      %15: f32[4, 2] = Exp(%14)  // Sigmoid
      %16: f32[4, 2] = Add(%15, 1)  // Sigmoid
      %17: f32[4, 2] = Reciprocal(%16)  // Sigmoid
      %18: f32[4, 2] = Mul(0.125, %17)  // mul: Multiply
      %19: f32[4, 2] = Mul(%0, 1.2676506002282294e+30)  // Step
      %20: f32[4, 2] = HardSigmoid(%19, alpha=1.2676506002282294e+30, beta=0)  // Step
      %21: f32[4, 2] = Mul(%18, %20)  // mul: Multiply
      %22: f32[1, 2] = Gemm(f32[1, 4]{1 1 1 1}, %21, transA=0, transB=0)  // Sum
      %23: f32[2] = Reshape(%22, i64[1]{2})  // Sum
      %24: f32[3, 2] = Gemm(x, %21, transA=1, transB=0)  // matMul: BatchMatMul
    outputs
      loss = %13
      kernelGradient = %24
      biasGradient = %23"
  `);
  tf.dispose([kernel, bias]);
});
