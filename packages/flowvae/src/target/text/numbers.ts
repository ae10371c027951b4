// Estimates and their errors as text: digits that the error leaves.

const [MOST_DECIMALS, USUAL_DIGITS, MOST_WRITTEN_OUT] = [6, 4, 1e12];

/** A number with the decimals that its standard error leaves: two digits of the error. `1.234 ± 0.012` */
export function withError(value: number, error: number): string {
  if (!Number.isFinite(value)) return '-';
  if (!(Number.isFinite(error) && error > 0)) return plain(value);
  const decimals = Math.min(MOST_DECIMALS, Math.max(0, 1 - Math.floor(Math.log10(error))));
  return `${value.toFixed(decimals)} ± ${error.toFixed(decimals)}`;
}

/** A number with four digits, or with all of those before the point. */
export function plain(value: number): string {
  if (!Number.isFinite(value)) return '-';
  const hasMoreDigits = Math.abs(value) >= 10 ** USUAL_DIGITS && Math.abs(value) < MOST_WRITTEN_OUT;
  return hasMoreDigits ? value.toFixed(0) : String(Number(value.toPrecision(USUAL_DIGITS)));
}

/** Cells as lines with aligned columns, the first on the left, the others on the right. */
export function alignedLines(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) =>
    row
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))
      .join('  ')
      .trimEnd(),
  );
}
