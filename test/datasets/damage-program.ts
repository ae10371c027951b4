// `pnpm damage 0 2000`: reads 2,000 damaged files from seed 0, and prints the faults and a
// summary; exit code 1 where there is a fault.
import { faultsIn, readDamaged } from './damage-campaign.ts';

const [first = 0, count = 2000] = process.argv.slice(2).map(Number);
const readings = await readDamaged(first, count);
const faults = faultsIn(readings);
for (const fault of faults) process.stdout.write(`${JSON.stringify(fault)}\n`);
const asData = readings.filter(({ data }) => data?.outcome === 'refused').length;
const number = (wanted: string) => readings.filter(({ outcome }) => outcome === wanted).length;
const most = (values: (number | undefined)[]) => Math.max(...values.map((value = 0) => value)).toFixed(3);
process.stdout.write(
  `${readings.length} files: ${number('refused')} refused, ${number('read')} read, ${faults.length} faults; ` +
    `${asData} refused as data for training; ` +
    `at most ${most(readings.map(({ seconds }) => seconds))} s and ${most(readings.map(({ megabytes }) => megabytes))} MiB more\n`,
);
process.exitCode = faults.length > 0 ? 1 : 0;
