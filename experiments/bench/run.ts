// `pnpm bench`: flowvae against its floor and its peers, section by section.
import { tf } from 'flowvae';
import { startCommand } from '../command-line.ts';
import { describeMachine } from './machine.ts';
import { readOptions, usage } from './options.ts';
import { sections } from './sections/sections.ts';
import { formatSection, record, type SectionResult, updateTables } from './tables.ts';

startCommand();

const print = (text: string) => process.stdout.write(`${text}\n`);

async function bench(): Promise<void> {
  const options = readOptions(process.argv.slice(2), Object.keys(sections));
  if (options.help) return void print(usage(sections));
  if (options.tables) return refreshTables(!options.check);
  await tf.setBackend('cpu');
  const machine = await describeMachine();
  const results: SectionResult[] = [];
  for (const [section, { title, run }] of Object.entries(sections)) {
    if (options.sections?.includes(section) === false) continue;
    const result = { section, machine, rows: await run(options) };
    results.push(result);
    if (options.record) record(result);
    if (!options.json) print(`## ${section}: ${title}\n\n${formatSection(result)}`);
  }
  if (options.json)
    print(JSON.stringify({ machine, sections: results.map(({ section, rows }) => ({ section, rows })) }));
  if (options.record) updateTables({ write: true });
}

function refreshTables(write: boolean): void {
  const stale = updateTables({ write });
  for (const path of stale) print(`${write ? 'written' : 'out of date'}: ${path}`);
  if (!write && stale.length > 0) process.exitCode = 1;
}

await bench();
