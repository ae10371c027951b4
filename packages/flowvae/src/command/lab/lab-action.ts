// `flowvae lab [run]`: the work.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type PageFiles, pageFiles, readPageFile, serveLab, singlePage } from '@flowvae/lab';
import { writeFileAtomically } from '@flowvae/runs';
import { labData } from '../../lab/lab-data.ts';
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
  if (isPageFile(out)) writeFileAtomically(out, singlePage(files));
  else writeFolder(out, files);
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

function writeFolder(folder: string, files: PageFiles): void {
  for (const [name, file] of files) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, readPageFile(file));
  }
}

/** Serves until a signal asks for the end. */
async function servePage(
  files: PageFiles,
  { port, open, json }: { readonly port: number | undefined; readonly open: boolean; readonly json: boolean },
): Promise<void> {
  const lab = await serveLab({ files, save: (posted) => saveLabRun(posted), ...(port === undefined ? {} : { port }) });
  process.stdout.write(`${json ? JSON.stringify({ address: lab.address }) : lab.address}\n`);
  process.stderr.write('served to this machine until Ctrl-C\n');
  if (open) openBrowser(lab.address);
  const { signal, release } = interruption({ notice: 'the page is closed' });
  await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  release();
  await lab.close();
}
