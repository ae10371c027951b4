// No import cycle between files, over the whole repository. A cycle of loading makes the order matter; a cycle of types
// says that two files are one.
import type { FileMap } from './file-map.ts';
import { importsOf, target } from './imports.ts';

/** Names every cycle once, by its files in the order of import. */
export function noCycles(files: FileMap): string[] {
  const edges = new Map<string, string[]>();
  for (const found of importsOf(files, () => true)) {
    const to = target(found);
    if (to !== undefined) edges.set(found.from, [...(edges.get(found.from) ?? []), to]);
  }
  const cycles = new Set<string>();
  const finished = new Set<string>();
  const walk = (file: string, path: readonly string[]): void => {
    const start = path.indexOf(file);
    if (start >= 0) cycles.add([...path.slice(start), file].join(' → '));
    if (start >= 0 || finished.has(file)) return;
    for (const next of edges.get(file) ?? []) walk(next, [...path, file]);
    finished.add(file);
  };
  for (const file of edges.keys()) walk(file, []);
  return [...cycles];
}
