// Colours on a terminal, by the conventions of https://no-color.org and FORCE_COLOR.

interface Output {
  readonly isTTY?: boolean;
}

/**
 * Whether colours may go to an output: never if NO_COLOR is set, always if FORCE_COLOR is, else on a terminal with
 * colours.
 */
export function hasColours({ isTTY }: Output, environment: NodeJS.ProcessEnv = process.env): boolean {
  const { NO_COLOR, FORCE_COLOR, TERM } = environment;
  if (NO_COLOR) return false;
  if (FORCE_COLOR) return FORCE_COLOR !== '0';
  return Boolean(isTTY) && TERM !== 'dumb';
}

const wrapped = (code: number, text: string) => `\x1b[${code}m${text}\x1b[0m`;

/** Codes of ECMA-48, Select Graphic Rendition. */
export const bold = (text: string): string => wrapped(1, text);
const red = (text: string): string => wrapped(31, text);
export const cyan = (text: string): string => wrapped(36, text);

/** The name that every error line on stderr begins with. */
export const errorPrefix = (): string => (hasColours(process.stderr) ? red('flowvae:') : 'flowvae:');
