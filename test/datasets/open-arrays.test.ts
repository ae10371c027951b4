// Every format of arrays against the library that writes it, bit for bit: from the file as it is, and row by row.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openArrays } from '@flowvae/datasets';
import { describe, expect, it } from 'vitest';
import { arrayFiles, groups } from './array-files.ts';
import { folderOf } from './idx-fixtures.ts';

const folder = folderOf({});
const formatOf = {
  npy: ['npy'],
  npz: ['npz'],
  mat: ['mat'],
  recipes: ['mat'],
  safetensors: ['safetensors'],
  other: ['idx', 'amat', 'cifar'],
};

describe.each(groups)('openArrays, files of the group %s', (group) => {
  it.each(arrayFiles(group).map((each) => [each.name, each] as const))(
    'reads %s',
    (name, { file, arrays, leftOut, parts, options }) => {
      const path = join(folder, name);
      writeFileSync(path, file);
      if (Object.keys(arrays).length === 0) {
        expect(() => openArrays(path)).toThrow(`expected an array of numbers, got ${leftOut[0]}, `);
        return;
      }
      const opened = openArrays(path, options);
      expect(opened.parts).toEqual(parts);
      expect(formatOf[group]).toContain(opened.format);
      expect(Object.keys(opened.arrays).toSorted()).toEqual(Object.keys(arrays).toSorted());
      for (const [key, { type, shape, values }] of Object.entries(arrays)) {
        const array = opened.arrays[key]!;
        expect(array).toMatchObject({ type, shape });
        const out = new Float32Array(values.length);
        array.read(0, shape[0]!, out);
        expect([...out]).toEqual([...values]);
        const width = values.length / shape[0]!;
        const last = new Float32Array(shape[0] ? width : 0);
        array.read(Math.max(0, shape[0]! - 1), shape[0]!, last);
        expect([...last]).toEqual([...values.subarray(values.length - last.length)]);
        expect(array.readBytes !== undefined).toBe(type === 'u1' || type === 'b1');
        expect([...(array.readBytes?.(0, shape[0]!) ?? values)]).toEqual([...values]);
      }
      const notes = opened.notes.join('\n');
      for (const left of leftOut) {
        expect(notes).toContain(`${left} is `);
        expect(() => openArrays(path, { members: [left] })).toThrow(`${left}: expected an array of numbers, got `);
      }
      opened.close();
    },
  );
});
