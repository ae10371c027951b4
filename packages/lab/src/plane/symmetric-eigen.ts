// Eigenvalues of a symmetric matrix by Jacobi's rotations.

/** An eigenvalue and its eigenvector of length 1. */
export interface EigenPair {
  readonly value: number;
  readonly vector: Float64Array;
}

/** More sweeps than any matrix was seen to need. */
const MOST_SWEEPS = 60;

/** Eigenvalues, the largest first, and eigenvectors of a symmetric matrix. */
export function symmetricEigen(matrix: readonly Float64Array[]): EigenPair[] {
  const a = matrix.map((line) => line.slice());
  const vectors = a.map((_, i) => Float64Array.from(a, (_, j) => Number(i === j)));
  for (let sweep = 0; sweep < MOST_SWEEPS && offDiagonal(a) > 0; sweep++) {
    for (let p = 0; p < a.length; p++) for (let q = p + 1; q < a.length; q++) rotate(a, vectors, [p, q]);
  }
  return vectors.map((vector, i) => ({ value: a[i]![i]!, vector })).toSorted((one, other) => other.value - one.value);
}

/** The sum of squares outside the diagonal; 0 where it does not count beside the diagonal. */
function offDiagonal(a: readonly Float64Array[]): number {
  let [outside, inside] = [0, 0];
  for (const [i, line] of a.entries()) {
    for (const [j, value] of line.entries()) {
      if (i === j) inside += value ** 2;
      else outside += value ** 2;
    }
  }
  return outside > 1e-28 * inside ? outside : 0;
}

/** Makes a[p][q] zero by a rotation of lines and columns p and q; `vectors` holds the eigenvectors as lines. */
function rotate(a: Float64Array[], vectors: Float64Array[], [p, q]: readonly [number, number]): void {
  const corner = a[p]![q]!;
  if (corner === 0) return;
  const ratio = (a[q]![q]! - a[p]![p]!) / (2 * corner);
  const tangent = (ratio < 0 ? -1 : 1) / (Math.abs(ratio) + Math.hypot(ratio, 1));
  const cosine = 1 / Math.hypot(tangent, 1);
  const sine = tangent * cosine;
  for (const line of a) turn(line, line, [p, q], [cosine, sine]);
  for (const lines of [a, vectors]) {
    const [first, second] = [lines[p]!, lines[q]!];
    for (let k = 0; k < first.length; k++) {
      const [x, y] = [first[k]!, second[k]!];
      first[k] = cosine * x - sine * y;
      second[k] = sine * x + cosine * y;
    }
  }
}

function turn(
  from: Float64Array,
  to: Float64Array,
  [p, q]: readonly [number, number],
  [cosine, sine]: readonly [number, number],
): void {
  const [x, y] = [from[p]!, from[q]!];
  to[p] = cosine * x - sine * y;
  to[q] = sine * x + cosine * y;
}
