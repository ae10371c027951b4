// The cells of a map of the plane.

/** Middles [cells², 2] of the cells of [−halfWidth, halfWidth]², row by row from the lowest y up. */
export function cellMiddles(cells: number, halfWidth: number): Float32Array {
  const middle = (i: number) => halfWidth * ((2 * i + 1) / cells - 1);
  return Float32Array.from({ length: 2 * cells * cells }, (_, i) => {
    const cell = i >> 1;
    return middle(i % 2 ? Math.floor(cell / cells) : cell % cells);
  });
}
