// Models as bytes: the very bytes that ONNX's own library writes, which every reader of ONNX takes.
import onnxProto from 'onnx-proto';
import { expect, it } from 'vitest';
import { attributeTypes, encodeMessage, type Message } from '../../../packages/compiler/src/graph/onnx-messages.ts';
import library from './onnx-library.json' with { type: 'json' };

/** The model of onnx_library.py. */
const model: Message<'ModelProto'> = {
  irVersion: 8,
  producerName: 'flowvae',
  producerVersion: '1',
  docString: 'a text',
  graph: {
    node: {
      input: ['x', ''],
      output: 'y',
      name: 'a node',
      opType: 'Zoo',
      attribute: [
        { name: 'axis', i: -3, type: attributeTypes.INT },
        { name: 'perm', ints: [1, 0, 300, -(2 ** 31)], type: attributeTypes.INTS },
        { name: 'alpha', f: 0.1, type: attributeTypes.FLOAT },
        { name: 'mode', s: new TextEncoder().encode('λ'), type: attributeTypes.STRING },
      ],
      domain: 'com.example',
    },
    name: 'traced',
    initializer: [
      { dims: [2, 1, 300], dataType: 1, name: 'w', rawData: new Uint8Array(2400) },
      { dims: [], dataType: 7, name: 's', rawData: new Uint8Array(BigInt64Array.of(1n).buffer) },
    ],
    input: {
      name: 'x',
      type: { tensorType: { elemType: 1, shape: { dim: [{ dimParam: 'batch' }, { dimValue: 784 }, {}] } } },
    },
    output: { name: 'stop', type: { sequenceType: { elemType: { tensorType: { elemType: 1 } } } } },
  },
  opsetImport: { domain: '', version: 17 },
  metadataProps: { key: 'config', value: '{}' },
};

it('encodeMessage writes the same bytes as the library of ONNX', () => {
  expect(Buffer.from(encodeMessage('ModelProto', model)).toString('hex')).toBe(library.hex);
});

it('encodeMessage writes bytes that a reader of the proto3 schema understands too', () => {
  const { graph } = onnxProto.onnx.ModelProto.decode(encodeMessage('ModelProto', model));
  expect(graph!.node![0]!.attribute!.map(({ ints }) => ints!.map(Number))).toEqual([
    [],
    [1, 0, 300, -(2 ** 31)],
    [],
    [],
  ]);
  expect(graph!.initializer!.map(({ dims }) => dims!.map(Number))).toEqual([[2, 1, 300], []]);
});
