// A crash of the machine forgets names whose folder was never synced: every new folder and metrics.jsonl are.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beginRun } from '@flowvae/runs';
import { expect, it } from 'vitest';
import { steppingInto } from './file-operations.ts';

it.skipIf(process.platform === 'win32')(
  '(Windows cannot sync folders) each new name is followed by a sync of its folder',
  () => {
    const root = mkdtempSync(join(tmpdir(), 'flowvae-names-'));
    const path = join(root, 'new', 'run');
    const made: string[] = [];
    const unsynced = new Set<string>();
    let opened = '';
    const look = (operation: string, [place]: readonly unknown[]) => {
      if (operation === 'openSync') opened = String(place);
      else if (operation === 'fsyncSync')
        for (const name of unsynced) dirname(name) === opened && unsynced.delete(name);
      else if (operation === 'mkdirSync' || String(place).endsWith('metrics.jsonl')) {
        made.push(String(place));
        unsynced.add(String(place));
      }
    };
    const run = steppingInto(['openSync', 'fsyncSync', 'mkdirSync', 'writeFileSync'], look, () =>
      beginRun(path, { config: {} }),
    );
    run.close();
    rmSync(root, { recursive: true });
    expect(made).toEqual([
      join(root, 'new'),
      path,
      join(path, 'figures'),
      join(path, 'checkpoints'),
      join(path, 'metrics.jsonl'),
    ]);
    expect([...unsynced]).toEqual([]);
  },
);
