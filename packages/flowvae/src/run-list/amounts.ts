// Sizes and ages in words.

const KIB = 1024;

/** `12.3 MiB` */
export function sizeText(bytes: number): string {
  let [value, unit] = [bytes, 0];
  for (; value >= KIB && unit < units.length - 1; unit++) value /= KIB;
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}

const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

const [MINUTE, HOUR, DAY] = [60_000, 3_600_000, 86_400_000];

/** A duration in its largest unit: `45 s`, `12 min`, `5 h`, `30 d`. */
export function ageText(milliseconds: number): string {
  const age = Math.max(0, milliseconds);
  if (age < MINUTE) return `${Math.floor(age / 1000)} s`;
  if (age < HOUR) return `${Math.floor(age / MINUTE)} min`;
  return age < 2 * DAY ? `${Math.floor(age / HOUR)} h` : `${Math.floor(age / DAY)} d`;
}

/** The milliseconds of `12h`, `30d` or `2w`; undefined for another text. */
export function durationOf(text: string): number | undefined {
  const [, count, unit] = /^(\d{1,6})([hdw])$/.exec(text) ?? [];
  if (count === undefined) return undefined;
  return Number(count) * { h: HOUR, d: DAY, w: 7 * DAY }[unit as 'h' | 'd' | 'w'];
}
