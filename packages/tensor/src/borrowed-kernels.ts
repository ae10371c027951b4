// Kernels that tfjs's wasm backend lacks, such as the gradients of convolutions, run on its plain backend: values go
// there and back.
import type * as tfjs from '@tensorflow/tfjs-core';
import { tf } from './tensorflow.ts';

type Infos = tfjs.TensorInfo | tfjs.TensorInfo[];

/** Registers for one backend every kernel that only the other one has. */
export function borrowKernels(borrower: string, lender: string): void {
  const own = new Set(tf.getKernelsForBackend(borrower).map(({ kernelName }) => kernelName));
  for (const { kernelName, kernelFunc } of tf.getKernelsForBackend(lender)) {
    if (own.has(kernelName)) continue;
    tf.registerKernel({
      kernelName,
      backendName: borrower,
      kernelFunc: ({ inputs, attrs, backend }) =>
        onOther(backend as tfjs.KernelBackend, tf.engine().findBackend(lender), (there, given) =>
          kernelFunc({ inputs: given(inputs), ...(attrs ? { attrs } : {}), backend: there }),
        ),
    });
  }
}

type Given = (inputs: tfjs.NamedTensorInfoMap) => tfjs.NamedTensorInfoMap;

/** Runs a kernel of another backend on copies of the inputs; the results are copies again. */
function onOther(
  here: tfjs.KernelBackend,
  there: tfjs.KernelBackend,
  run: (there: tfjs.KernelBackend, given: Given) => Infos,
): Infos {
  const lent = new Set<tfjs.DataId>();
  const copied = (from: tfjs.KernelBackend, to: tfjs.KernelBackend, { dataId, shape, dtype }: tfjs.TensorInfo) => ({
    dataId: to.write(from.readSync(dataId) as tfjs.BackendValues, shape, dtype),
    shape,
    dtype,
  });
  const lend = (info: tfjs.TensorInfo) => {
    const copy = copied(here, there, info);
    lent.add(copy.dataId);
    return copy;
  };
  const each = (infos: Infos, change: (info: tfjs.TensorInfo) => tfjs.TensorInfo): Infos =>
    Array.isArray(infos) ? infos.map(change) : change(infos);
  const given: Given = (inputs) =>
    Object.fromEntries(
      Object.entries(inputs).map(([name, infos]) => [name, infos && each(infos as Infos, lend)]),
    ) as tfjs.NamedTensorInfoMap;
  const results = run(there, given);
  const returned = each(results, (info) => copied(there, here, info));
  for (const { dataId } of [results].flat()) lent.add(dataId);
  for (const dataId of lent) there.disposeData(dataId, true);
  return returned;
}
