// A run's record of a module beside the module as it is now.
import { renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { moduleFiles, moduleRecord, refuseChangedModule } from '../../../packages/flowvae/src/modules/module-files.ts';
import { userFolder, writeFiles } from './user-folder.ts';

function recorded() {
  const folder = userFolder({ 'lib/mine.ts': 'one', 'beside.ts': 'two' });
  const path = join(folder, 'lib/mine.ts');
  return { folder, record: { path, files: moduleFiles(path, [path, join(folder, 'beside.ts')]) } };
}
const options = { where: 'run/config.json: plugins', option: '--plugin <module>' };

describe('refuseChangedModule', () => {
  it('accepts a module as it was, there or elsewhere', () => {
    const { folder, record } = recorded();
    expect(() => refuseChangedModule(record, options)).not.toThrow();
    renameSync(folder, `${folder}-moved`);
    const path = join(`${folder}-moved`, 'lib/mine.ts');
    expect(() => refuseChangedModule(record, { ...options, path })).not.toThrow();
  });

  it('names the files that differ, and no other', () => {
    const { folder, record } = recorded();
    writeFiles(folder, { 'beside.ts': 'three' });
    expect(() => refuseChangedModule(record, options)).toThrow(
      `run/config.json: plugins: expected ${record.path} as it was when the run began, got changes in ../beside.ts; ` +
        'put the files back, or pass --changed-model to run the changed code',
    );
    writeFiles(folder, { 'lib/mine.ts': 'four' });
    expect(() => refuseChangedModule(record, options)).toThrow('got changes in ../beside.ts, mine.ts;');
  });

  it('names a file that is gone, and a module that is gone', () => {
    const { folder, record } = recorded();
    rmSync(join(folder, 'beside.ts'));
    expect(() => refuseChangedModule(record, options)).toThrow('got changes in ../beside.ts;');
    rmSync(record.path);
    expect(() => refuseChangedModule(record, options)).toThrow(
      `expected the module of the run, got no file ${record.path}; name its place with --plugin <module>`,
    );
  });
});

describe('moduleRecord', () => {
  it('reads back a record, and refuses another object', () => {
    const { record } = recorded();
    expect(moduleRecord.parse(JSON.parse(JSON.stringify(record)))).toEqual(record);
    expect(moduleRecord.safeParse({ path: 'a', files: [] }).success).toBe(false);
  });
});
