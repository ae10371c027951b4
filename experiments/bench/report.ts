// The benchmark's table: milliseconds and the ratios that the claims are about.

/** Times of one contender over the rounds, ms. */
interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** One flow length. */
export interface Row {
  readonly layers: number;
  readonly threads: number;
  /** Of the matrix products of a step. */
  readonly gigaflop: number;
  readonly times: Readonly<Record<string, Spread>>;
}

const OURS = 'flowvae compiled';
const FLOOR = 'bare matrix products';

/** Prints a table to stdout. */
export function printTable(rows: readonly Row[], machine: object): void {
  const print = (text: string) => process.stdout.write(`${text}\n`);
  print(
    Object.entries(machine)
      .map(([name, value]) => `${name} ${typeof value === 'object' ? JSON.stringify(value) : value}`)
      .join(', '),
  );
  for (const { layers, threads, gigaflop, times } of rows) {
    const ours = times[OURS]!.median;
    print(`\nK = ${layers}, ${threads} threads, products ${gigaflop.toFixed(2)} GFLOP`);
    for (const [name, { median, min, max }] of Object.entries(times)) {
      const spread = `${median.toFixed(2)} ms (${min.toFixed(2)} to ${max.toFixed(2)})`;
      print(`  ${name.padEnd(22)} ${spread.padEnd(34)} ${ratio(name, ours, median)}`);
    }
  }
}

function ratio(name: string, ours: number, other: number): string {
  if (name === OURS) return '';
  if (name === FLOOR) return `our step takes ${(ours / other).toFixed(2)} times its products`;
  return `our step takes ${(ours / other).toFixed(3)} of this, is ${(other / ours).toFixed(2)} times as fast`;
}
