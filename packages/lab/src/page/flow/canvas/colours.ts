// The page's colours for canvases, and their change between light and dark.
import { useEffect, useState } from 'preact/hooks';

/** Names of the page's colours, as in lab.css. */
type ColourName = 'ink' | 'muted' | 'paper' | 'line' | 'blue' | 'orange' | 'green' | 'pink' | 'gold' | 'sky';

export type Colours = Readonly<Record<ColourName, string>>;

const names: readonly ColourName[] = [
  ...(['ink', 'muted', 'paper', 'line', 'blue', 'orange', 'green', 'pink', 'gold', 'sky'] as const),
];

function readColours(): Colours {
  const style = getComputedStyle(document.documentElement);
  return Object.fromEntries(names.map((name) => [name, style.getPropertyValue(`--${name}`).trim()])) as Colours;
}

/** The colours now; a change between light and dark draws again. */
export function useColours(): Colours {
  const [colours, setColours] = useState(readColours);
  useEffect(() => {
    const scheme = matchMedia('(prefers-color-scheme: dark)');
    const onChange = () => setColours(readColours());
    scheme.addEventListener('change', onChange);
    return () => scheme.removeEventListener('change', onChange);
  }, []);
  return colours;
}

/** Red, green and blue of `#rrggbb`. */
export function channelsOf(colour: string): readonly [number, number, number] {
  const value = Number.parseInt(colour.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}
