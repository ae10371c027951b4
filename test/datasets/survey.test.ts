// The form of data by one look at its values; and which data fit a model of another form.
import { type DataDescription, dataRows, type ValueForm } from '@flowvae/datasets';
import { key } from '@flowvae/random';
import { describe, expect, it } from 'vitest';
import { dataFile, dataRefusal, npyOf, npzOf, openedData } from './data-fixtures.ts';

const values = {
  bits: [0, 1, 1, 0],
  bytes: [0, 1, 2, 255],
  thirds: [0, 1 / 3, 0.7, 1],
  units: [0.1234, 0.5, 0.25, 0],
  beyond: [-1, 0, 256, 3],
  rational: [0, 51 / 255, 254 / 255, 1],
} as const;

const flat = [2, 2];
const image = [1, 2, 2];

/** float16 by rounding the fraction of float32 to 10 bits. */
const half = (numbers: readonly number[]) =>
  Uint16Array.from(numbers, (value) => {
    if (value === 0) return 0;
    const exponent = Math.floor(Math.log2(value));
    return ((exponent + 15) << 10) + Math.round((value / 2 ** exponent - 1) * 1024);
  });

describe('the form of values', () => {
  it.each([
    ['bits of any type', npyOf(Float32Array.from(values.bits), flat), 'bits', 1],
    ['bytes', npyOf(Uint8Array.from(values.bytes), flat), 'levels', 255],
    ['bytes of bits', npyOf(Uint8Array.from(values.bits), image), 'bits', 1],
    ['whole numbers of an image', npyOf(Int32Array.from(values.bytes), image), 'levels', 255],
    ['whole floats of an image', npyOf(Float64Array.from(values.bytes), image), 'levels', 255],
    ['whole numbers of columns', npyOf(Int16Array.from(values.bytes), flat), 'real', 1],
    ['16 bits', npyOf(Uint16Array.of(0, 1, 256, 65_535), image), 'real', 1],
    ['k/255 in float32', npyOf(Float32Array.from(values.rational), image), 'levels', 1],
    ['k/255 in float64', npyOf(Float64Array.from(values.rational), image), 'levels', 1],
    ['k/255 in half precision', npyOf(half(values.rational), image, '<f2'), 'levels', 1],
    ['k/255 of columns', npyOf(Float32Array.from(values.rational), flat), 'grey', 1],
    ['grey', npyOf(Float32Array.from(values.units), image), 'grey', 1],
    ['numbers beyond', npyOf(Float32Array.from(values.beyond), image), 'real', 1],
    ['negative zero', npyOf(Float32Array.of(-0, 0, 1, 1), image), 'bits', 1],
  ] as const)('of %s', async (_, file, form, divisor) => {
    const data = await openedData(dataFile('x.npy', file));
    expect([data.description.form, data.divisor]).toEqual([form, divisor]);
  });

  it('comes from all pieces of a long file, with range and numbers of values', async () => {
    const long = new Float32Array(700_001);
    long[700_000] = -2.5;
    long[3] = Number.NaN;
    const shares: number[] = [];
    const data = await openedData(dataFile('x.npy', npyOf(long, [700_001])), {
      onProgress: (share) => shares.push(share),
    });
    expect(data.values).toEqual({ range: [-2.5, 0], observed: 700_000, missing: 1, areCounts: false });
    expect(data.description).toEqual({ shape: [1], form: 'real', hasMissing: true, range: [-2.5, 0] });
    expect([shares.length, shares.at(-1)]).toEqual([3, 1]);
  });

  it('leaves masked values out, whatever they are', async () => {
    const mask = [Uint8Array.of(1, 0, 0, 1), [2, 2]] as const;
    const x = [Float32Array.of(1, Number.POSITIVE_INFINITY, -99, 0), [2, 2]] as const;
    const data = await openedData(dataFile('x.npz', npzOf({ x, mask })));
    expect(data.description).toEqual({ shape: [2], form: 'bits', hasMissing: true });
    expect(data.values).toEqual({ range: [0, 1], observed: 2, missing: 2, areCounts: true });
  });

  it.each([
    [
      'k/255 of columns',
      npyOf(Float32Array.from(values.rational), flat),
      'All values are k/255. Where a row is an image, name its shape',
    ],
    [
      'integers beyond float32',
      npyOf(Int32Array.of(1, 2 ** 24 + 1), [2]),
      'Numbers from 2^24 on are rounded to float32.',
    ],
    [
      'small levels',
      npyOf(Int8Array.of(0, 16, 3, 4), image),
      'Whole numbers from 0 to 16: taken as the levels 0 to 255 of a byte.',
    ],
  ] as const)('is doubtful for %s, and a note says so', async (_, file, note) => {
    expect((await openedData(dataFile('x.npy', file))).notes.join('\n')).toContain(note);
  });
});

describe('data for a model of other data', () => {
  const shape = [2, 2, 1];
  const like = (form: ValueForm, hasMissing = false): DataDescription => ({ shape, form, hasMissing });
  const file = (name: keyof typeof values, type: 'u1' | 'f4') =>
    npyOf(type === 'u1' ? Uint8Array.from(values[name]) : Float32Array.from(values[name]), image);

  it.each([
    ['bits', file('bits', 'f4'), values.bits],
    ['levels', file('bits', 'f4'), values.bits],
    ['levels', file('bits', 'u1'), [0, 1 / 255, 1 / 255, 0]],
    ['levels', file('bytes', 'u1'), values.bytes.map((byte) => byte / 255)],
    ['levels', file('rational', 'f4'), values.rational],
    ['levels', npyOf(Uint8Array.from(values.bytes), [1, 4]), values.bytes.map((byte) => byte / 255)],
    ['grey', file('bits', 'u1'), values.bits],
    ['grey', file('bytes', 'u1'), values.bytes.map((byte) => byte / 255)],
    ['grey', file('units', 'f4'), values.units],
    ['real', file('bytes', 'u1'), values.bytes],
    ['real', file('units', 'f4'), values.units],
    ['columns', file('bits', 'f4'), values.bits],
  ] as const)('of the form %s are seen as it was trained', async (form, bytes, wanted) => {
    const data = await openedData(dataFile('x.npy', bytes), { like: like(form) });
    expect(data.description).toEqual(like(form));
    const row = dataRows(data, 'train', { binarisation: 'none', key: key(1) }).row(0);
    expect([...row]).toEqual(wanted.map(Math.fround));
  });

  it.each([
    [
      'bits',
      file('bytes', 'u1'),
      'x.npy: expected values of the form bits, as the model was trained on, got levels; `flowvae data x.npy` shows',
    ],
    ['levels', file('units', 'f4'), 'expected values of the form levels, as the model was trained on, got grey'],
    ['grey', file('beyond', 'f4'), 'expected values of the form grey, as the model was trained on, got real'],
    [
      'real',
      npyOf(
        Float32Array.from({ length: 9 }, (_, i) => i),
        [1, 9],
      ),
      'expected rows of 2 x 2 x 1 numbers, as the model was trained on, got 9',
    ],
    [
      'real',
      npyOf(Float32Array.of(1, 2, Number.NaN, 4), image),
      'expected data without missing values, as the model was trained on, got 1 missing ones',
    ],
  ] as const)('of the form %s are refused', async (form, bytes, message) => {
    expect(await dataRefusal(dataFile('x.npy', bytes), { like: like(form) })).toContain(message);
  });

  it('carry a mask where the model knows missing values, though none is missing here', async () => {
    const data = await openedData(dataFile('x.npy', file('beyond', 'f4')), { like: like('real', true) });
    const row = dataRows(data, 'train', { binarisation: 'none', key: key(1) }).row(0);
    expect([...row]).toEqual([...values.beyond, 1, 1, 1, 1]);
  });

  it('have the columns, the classes and the bits of the training', async () => {
    const train = await openedData(dataFile('a.csv', 'c,n,b\nx,1,0\ny,2,1\n'));
    const other = await openedData(dataFile('b.csv', 'b,c,n\n1,y,7\n'), { like: train.description });
    expect(other.description).toEqual(train.description);
    const row = dataRows(other, 'train', { binarisation: 'none', key: key(1) }).row(0);
    expect([...row]).toEqual([0, 1, 7, 1]);
    const options = { like: train.description };
    expect(await dataRefusal(dataFile('b.csv', 'b,c,n\n1,z,7\n'), options)).toContain(
      'one of the classes x, y, got "z"',
    );
    expect(await dataRefusal(dataFile('b.csv', 'b,c,n\n3,x,7\n'), options)).toContain(
      'column "b": expected 0 and 1 only',
    );
  });
});
