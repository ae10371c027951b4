// Items of a list that belong together. (`Map.groupBy` comes with Node 21.)

/** Lists of the items with the same key, in the order of their first items. */
export function groupsBy<T>(items: readonly T[], keyOf: (item: T) => string | number): T[][] {
  const groups = new Map<string | number, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return [...groups.values()];
}
