// The places of an image grid's parts, in whole pixels, computed before drawing.

/** The measures that decide the layout of a grid. */
export interface GridMeasures {
  readonly rows: number;
  readonly columns: number;
  readonly cellWidth: number;
  readonly cellHeight: number;
  /** Pixels between neighbouring images. */
  readonly gap: number;
  /** Rows of a group; at least twice the usual space separates groups. 0: no groups. */
  readonly rowsPerGroup: number;
  /** Space for words left of and above the images. */
  readonly left: number;
  readonly top: number;
  /** White space on the sheet's edges. */
  readonly margin: number;
}

/** Left edges of columns, top edges of rows, and the sheet's size. */
export interface GridLayout {
  readonly xs: readonly number[];
  readonly ys: readonly number[];
  readonly width: number;
  readonly height: number;
}

export function layOutGrid(measures: GridMeasures): GridLayout {
  const { rows, columns, cellWidth, cellHeight, gap, rowsPerGroup, left, top, margin } = measures;
  const groupsAbove = (row: number) => (rowsPerGroup > 0 ? Math.floor(row / rowsPerGroup) : 0);
  const groupGap = 3 * gap + 6;
  const xs = Array.from({ length: columns }, (_, column) => margin + left + column * (cellWidth + gap));
  const ys = Array.from(
    { length: rows },
    (_, row) => margin + top + row * (cellHeight + gap) + groupsAbove(row) * groupGap,
  );
  return { xs, ys, width: xs.at(-1)! + cellWidth + margin, height: ys.at(-1)! + cellHeight + margin };
}
