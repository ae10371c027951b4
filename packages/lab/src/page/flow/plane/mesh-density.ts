// The density of a mesh's image: exact at the images of the mesh points, log-linear inside of each triangle.

/** A square of pixels over [−half, half]², row after row from the lowest z2 up. */
export interface Raster {
  readonly size: number;
  readonly half: number;
}

/** The image of a mesh, and log q at its points. */
export interface MeshImage {
  readonly side: number;
  /** [≥ side², 2]; points behind the mesh are ignored. */
  readonly points: Float32Array;
  /** log q, nats. */
  readonly logDensity: Float32Array;
}

/**
 * Fills a raster with densities; pixels that the mesh does not reach are 0.
 *
 * log q(f(z)) = log q₀(z) − log|det J| at a mesh point z.
 */
export function meshDensity(mesh: MeshImage, { size, half }: Raster, out: Float32Array): Float32Array {
  out.fill(0);
  const scale = size / (2 * half);
  const canvas = { out, size, scale, shift: half };
  const { side } = mesh;
  for (let row = 0; row + 1 < side; row++) {
    for (let column = 0; column + 1 < side; column++) {
      const at = row * side + column;
      fillTriangle(mesh, [at, at + 1, at + side], canvas);
      fillTriangle(mesh, [at + 1, at + side, at + side + 1], canvas);
    }
  }
  return out;
}

interface Target {
  readonly out: Float32Array;
  readonly size: number;
  readonly scale: number;
  readonly shift: number;
}

/** Rounding may leave pixels between two triangles to neither. */
const SLACK = -1e-4;

function fillTriangle(
  { points, logDensity }: MeshImage,
  [a, b, c]: readonly [number, number, number],
  { out, size, scale, shift }: Target,
): void {
  // pixel i has its middle at i + ½
  const ax = (points[2 * a]! + shift) * scale - 0.5;
  const ay = (points[2 * a + 1]! + shift) * scale - 0.5;
  const bx = (points[2 * b]! + shift) * scale - 0.5 - ax;
  const by = (points[2 * b + 1]! + shift) * scale - 0.5 - ay;
  const cx = (points[2 * c]! + shift) * scale - 0.5 - ax;
  const cy = (points[2 * c + 1]! + shift) * scale - 0.5 - ay;
  const area = bx * cy - by * cx;
  if (!(Math.abs(area) > 1e-9)) return; // flat, or not a number
  const fromX = Math.max(Math.ceil(ax + Math.min(0, bx, cx)), 0);
  const toX = Math.min(Math.floor(ax + Math.max(0, bx, cx)), size - 1);
  const fromY = Math.max(Math.ceil(ay + Math.min(0, by, cy)), 0);
  const toY = Math.min(Math.floor(ay + Math.max(0, by, cy)), size - 1);
  const [la, lb, lc] = [logDensity[a]!, logDensity[b]!, logDensity[c]!];
  for (let y = fromY; y <= toY; y++) {
    for (let x = fromX; x <= toX; x++) {
      const s = ((x - ax) * cy - (y - ay) * cx) / area;
      const t = (bx * (y - ay) - by * (x - ax)) / area;
      if (s < SLACK || t < SLACK || s + t > 1 - SLACK) continue;
      out[y * size + x] = Math.exp(la + s * (lb - la) + t * (lc - la));
    }
  }
}
