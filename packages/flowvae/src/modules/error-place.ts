// An error in the code of a user's module, in one line with its place there.

/** The first line, and the next one where it announces one. */
export function firstLine(error: unknown): string {
  const [first = '', second = ''] = String(error).trim().split('\n');
  return first.endsWith(':') ? second.trim() || first : first;
}

/** The line of the module that the error was thrown at; a syntax error names it first of all. */
export function placeIn(error: unknown, files: readonly string[]): string {
  const lines = error instanceof Error ? (error.stack ?? '').split('\n') : [];
  const line = lines.find((each) => files.some((file) => each.includes(file)));
  const place = line && /([^\s(]+:\d+(:\d+)?)\)?$/.exec(line.replace('file://', ''))?.[1];
  return place && !firstLine(error).includes(place) ? ` (${place})` : '';
}
