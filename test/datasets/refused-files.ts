// Files of arrays that are refused, made by hand: each has one fault.
import { gzipSync } from 'node:zlib';
import { arrayFiles } from './array-files.ts';
import { idx } from './idx-fixtures.ts';
import { zipOf } from './zip-fixtures.ts';

/** A .npy file: its header as text, then data. */
export function npy(header: string, data: Uint8Array = new Uint8Array(12), version = 1): Uint8Array {
  const length = Buffer.alloc(version === 1 ? 2 : 4);
  if (version === 1) length.writeUInt16LE(header.length);
  else length.writeUInt32LE(header.length);
  return new Uint8Array(
    Buffer.concat([Buffer.from([0x93, ...Buffer.from('NUMPY'), version, 0]), length, Buffer.from(header), data]),
  );
}

export const header = (shape: string, descr = "'|u1'") =>
  `{'descr': ${descr}, 'fortran_order': False, 'shape': ${shape}, }\n`;
export const good = npy(header('(3, 4)'));
export const committed = (name: string) =>
  (['npz', 'mat', 'other'] as const).flatMap(arrayFiles).find((each) => each.name === name)!.file;
export const text = (content: string) => new Uint8Array(Buffer.from(content, 'latin1'));

/** The file with bytes changed from a place on. */
export function changed(bytes: Uint8Array, at: number, values: readonly number[]): Uint8Array {
  const copy = bytes.slice();
  copy.set(values, at < 0 ? copy.length + at : at);
  return copy;
}

export const cifar = committed('data_batch_1.bin');
const mat = committed('savemat.mat');
const zeros = new Uint8Array(1 << 20);

/** The fault, the name of the file, its bytes, and a part of the message. */
export const refusedFiles: readonly (readonly [string, string, Uint8Array, string])[] = [
  ['an empty file', 'x.npy', new Uint8Array(0), 'got an empty file'],
  ['a pickle', 'x.npy', text('\x80\x04}q'), 'got a pickle; save the arrays with numpy.save'],
  ['an HDF5 file', 'x.h5', text('\x89HDF\r\n\x1a\n'), 'got an HDF5 file; save the arrays with numpy.savez'],
  ['a picture', 'x.npy', text('\x89PNG\r\n'), 'got one PNG picture; name a folder of pictures'],
  ['version 4', 'x.npy', changed(good, 6, [4]), 'expected .npy version 1.0, 2.0 or 3.0, got 4.0'],
  [
    'a long header',
    'x.npy',
    npy(header('(3, 4)').padEnd(20_000)),
    'header of at most 10002 bytes, got a header length of 20000',
  ],
  [
    '4 GiB of header',
    'x.npy',
    npy('', zeros, 2).map((byte, i) => (i > 7 && i < 12 ? 255 : byte)),
    'got a header length of 4294967295',
  ],
  ['an expression', 'x.npy', npy(header('(3, 2*2)')), 'a comma or ")"'],
  ['a call', 'x.npy', npy(header("__import__('os')")), 'a Python dictionary: a value, got'],
  [
    'a list',
    'x.npy',
    npy("['descr', 'shape']"),
    'expected a header that is a Python dictionary, got ["descr","shape"]',
  ],
  ['deep tuples', 'x.npy', npy(header('('.repeat(5000))), 'a Python dictionary: a value, got'],
  ['a key twice', 'x.npy', npy("{'shape': (1,), 'shape': (2,)}"), 'a new key, a string'],
  [
    'a key too many',
    'x.npy',
    npy(header('(3, 4)').replace('}', "'x': 1}")),
    'keys descr, fortran_order, shape, got descr, fortran_order, shape, x',
  ],
  ['a negative size', 'x.npy', npy(header('(-3, 4)')), 'expected a shape, a tuple of whole numbers from 0, got [-3,4]'],
  ['a size above 2^53', 'x.npy', npy(header('(99999999999999999999,)')), 'expected a shape'],
  ['a number for a shape', 'x.npy', npy(header('12')), 'expected a shape'],
  [
    'an order that is no truth value',
    'x.npy',
    npy(header('(3,)').replace('False', '0')),
    'fortran_order to be True or False, got 0',
  ],
  [
    'too short a file',
    'x.npy',
    npy(header('(300, 400)')),
    'expected 120000 bytes for shape [300,400] of type u1, got 12 bytes',
  ],
  ['a petabyte', 'x.npy', npy(header('(1000000000, 1000000)')), 'expected 1000000000000000 bytes'],
  ['strings', 'x.npy', npy(header('(3,)', "'<U4'")), "got data, an array of strings (descr '<U4')"],
  [
    'records',
    'x.npy',
    npy(header('(3,)', "[('a', '<f4'), ('b', '<i8')]")),
    'got data, an array of records (a structured type)',
  ],
  ['dates', 'x.npy', npy(header('(3,)', "'<M8[ns]'")), "an array of dates (descr '<M8[ns]')"],
  ['long doubles', 'x.npy', npy(header('(3,)', "'<f16'")), "a type that is not read (descr '<f16')"],
  [
    'no zip directory',
    'x.npz',
    committed('savez.npz').subarray(0, -30),
    'expected a zip file, with a directory at its end, got none',
  ],
  [
    'a directory behind the end',
    'x.npz',
    changed(committed('savez.npz'), -6, [255, 255, 255, 127]),
    'expected a directory of 4 members before byte',
  ],
  [
    'a wrong checksum, stored',
    'x.npz',
    zipOf({ 'x.npy': good }, { crc: 1 }),
    'x.npy: expected the checksum 00000001, got',
  ],
  [
    'a wrong checksum, deflated',
    'x.npz',
    zipOf({ 'x.npy': good }, { crc: 1, deflated: true }),
    'x.npy: expected undamaged deflated data of 82 bytes, got incorrect data check',
  ],
  [
    'a false length',
    'x.npz',
    zipOf({ 'x.npy': good }, { length: 99, deflated: true }),
    'x.npy: expected 82 bytes by the header of the array, got 99',
  ],
  [
    'an array that claims terabytes',
    'x.npz',
    zipOf({ 'x.npy': npy(header('(1000000, 1000000)')) }, { deflated: true }),
    'packed ones, got sizes for 1000000000082',
  ],
  [
    'a member that unpacks to more',
    'x.npz',
    zipOf({ 'x.npy': npy(header('(3, 4)'), zeros) }, { deflated: true, length: 82 }),
    'got more than 82 bytes',
  ],
  [
    'a member that unpacks to less',
    'x.npz',
    zipOf({ 'x.npy': npy(header('(9, 4)')) }, { deflated: true, length: 106 }),
    'x.npy: expected undamaged deflated data of 106 bytes, got incorrect length check',
  ],
  [
    'a zip file inside',
    'x.npz',
    zipOf({ 'x.npy': zipOf({ 'x.npy': good }) }),
    'x.npy: expected a .npy file, which begins with \\x93NUMPY, got other bytes',
  ],
  [
    'encrypted members',
    'x.npz',
    zipOf({ 'x.npy': good }, { flags: 1 }),
    'expected an array of numbers, got x, encrypted',
  ],
  [
    'a method that is not read',
    'x.npz',
    zipOf({ 'x.npy': good }, { method: 93 }),
    'got x, packed by method 93, neither stored nor deflated',
  ],
  ['only texts', 'x.npz', zipOf({ 'x.txt': good }), 'got x.txt, a file that is no .npy'],
  ['no members', 'x.npz', zipOf({}), 'expected an array of numbers, got no array at all'],
  [
    'MATLAB 7.3',
    'x.mat',
    text('MATLAB 7.3 MAT-file'.padEnd(600)),
    'got a file of version 7.3 (HDF5); load it in MATLAB or Octave and save it again with `save -v7`',
  ],
  ['HDF5 in .mat', 'x.mat', text('\x89HDF\r\n\x1a\n'.padEnd(600)), 'got a file of version 7.3 (HDF5)'],
  [
    'MATLAB level 4',
    'x.mat',
    Uint8Array.from([0, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 97, 0]),
    'got a file of level 4; load it',
  ],
  ['no byte order', 'x.mat', changed(mat, 126, [0, 0]), 'expected a byte order, IM or MI'],
  ['a short .mat', 'x.mat', mat.subarray(0, 90), 'expected a .mat header of 128 bytes, got 90'],
  ['a .mat that was cut off', 'x.mat', mat.subarray(0, 200), 'expected an element of'],
  [
    'a shape that the numbers do not have',
    'x.mat',
    changed(mat, 128 + 8 + 16 + 8, [99, 0, 0, 0]),
    'bytes for shape [99,',
  ],
  [
    'IDX of an unknown type',
    'x-idx1',
    idx(0xa01, [3], [1, 2, 3]),
    'got a file that begins with "\\u0000\\u0000\\n\\u0001',
  ],
  ['IDX with a tail', 'x-idx1', idx(0x801, [3], [1, 2, 3, 4]), 'expected 11 bytes for sizes 3, got 12 bytes'],
  ['gzip that claims more', 'x.gz', gzipSync(idx(0xe01, [0xffffffff], [1])), 'packed ones, got sizes for 34359738368'],
  ['gzip of text', 'x.gz', gzipSync('text'), 'expected IDX or .npy data in gzip form, got something else'],
  [
    'a digit that is no bit',
    'x.amat',
    text('0 1 1\n0 2 1\n'),
    'line 2: expected digits 0 and 1 with spaces between them, got "2"',
  ],
  [
    'two digits in a row',
    'x.amat',
    text('0 1 1\n0 11\n'),
    'line 2: expected bits with spaces between them, got two digits in a row',
  ],
  ['a short line', 'x.amat', text('0 1 1\n0 1\n'), 'line 2: expected 3 bits, as in the first, got 2'],
  [
    'a label of CIFAR that is none',
    'data_batch_1.bin',
    changed(cifar, 3073, [10]),
    'y: expected labels from 0 to 9, got 10 in record 1',
  ],
  [
    'a CIFAR file that was cut off',
    'data_batch_1.bin',
    cifar.subarray(0, -1),
    'expected a .bin file of whole records of 3073 (CIFAR-10) or 3074 (CIFAR-100) bytes, got 9218 bytes',
  ],
  [
    'safetensors that was cut off',
    'x.safetensors',
    text(`\x11\0\0\0\0\0\0\0{"a":{"dtype":"U8","shape":[9],"data_offsets":[0,9]}}`),
    'expected',
  ],
];
