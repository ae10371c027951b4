// `flowvae lab [run]`: the work.
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { type PageFiles, pageFiles, readPageFile, serveLab, singlePage } from '@flowvae/lab';
import { writeFileAtomically, writeRefused } from '@flowvae/runs';
import { ExpectationError } from '@flowvae/tensor';
import { labData } from '../../lab/lab-data.ts';
import { linkFromReports } from '../../lab/lab-link.ts';
import { labRunOf } from '../../lab/lab-run.ts';
import { saveLabRun } from '../../lab/save-lab-run.ts';
import { openCheckedRun } from '../../run/saved-run.ts';
import { isPageFile } from '../checks/requirements/output-page.ts';
import { interruption } from '../interruption.ts';
import type { LabTask } from '../tasks.ts';
import { openBrowser } from './open-browser.ts';

export async function labAction({ run, out, port, open, json = false }: LabTask): Promise<void> {
  const files = pageFiles(run && (await runBeside(run)));
  for (const [name, file] of labData()) files.set(name, file);
  if (out === undefined) return servePage(files, { port, open, json });
  const isOneFile = isPageFile(out);
  if (isOneFile) writeFileAtomically(out, singlePage(files));
  else writeFolder(out, files);
  if (run) linkFromReports(run.path, isOneFile ? out : join(out, 'index.html'));
  process.stdout.write(`${json ? JSON.stringify({ page: out }) : `page        ${out}`}\n`);
}

/** The run's description and arrays; its data are closed. */
async function runBeside({ path, settings }: NonNullable<LabTask['run']>) {
  const { parts, folder } = await openCheckedRun(path, settings);
  try {
    return labRunOf(parts, folder);
  } finally {
    parts.set.close();
  }
}

/**
 * Writes a new folder whole, or not at all: it is made beside its place and moved there.
 *
 * @throws ExpectationError if the system refuses
 */
function writeFolder(folder: string, files: PageFiles): void {
  const begun = `${resolve(folder)}.${process.pid}.part`;
  try {
    for (const [name, file] of files) {
      if (name.startsWith('single/')) continue; // of the page of one file
      const path = join(begun, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, readPageFile(file));
    }
    renameSync(begun, folder);
  } catch (error) {
    rmSync(begun, { recursive: true, force: true });
    throw writeRefused(folder, error);
  }
}

/** Serves until a signal asks for the end. */
async function servePage(
  files: PageFiles,
  { port, open, json }: { readonly port: number | undefined; readonly open: boolean; readonly json: boolean },
): Promise<void> {
  const save = (posted: Uint8Array) => saveLabRun(posted);
  const lab = await serveLab({ files, save, ...(port === undefined ? {} : { port }) }).catch((error: unknown) => {
    throw portRefused(port, error);
  });
  process.stdout.write(`${json ? JSON.stringify({ address: lab.address }) : lab.address}\n`);
  process.stderr.write('served to this machine until Ctrl-C\n');
  const forget = open ? openBrowser(lab.address) : undefined;
  const { signal, release } = interruption({ notice: 'the page is closed' });
  await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  release();
  forget?.();
  await lab.close();
}

function portRefused(port: number | undefined, error: unknown): ExpectationError {
  const { code, message } = error as NodeJS.ErrnoException;
  const received = code === 'EADDRINUSE' ? 'one in use' : (code ?? message);
  const remedy = 'leave --port out for a free one';
  return new ExpectationError({
    where: `--port ${port ?? 0}`,
    expected: 'a port that can be opened',
    received,
    remedy,
  });
}
