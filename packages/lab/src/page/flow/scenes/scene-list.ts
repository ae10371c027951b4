// The ready scenes: a name in the address, a title, and a few sentences for a student.

/** A scene. */
export interface Scene {
  readonly name: string;
  readonly title: string;
  readonly sentences: readonly string[];
}

/** From the simplest to the one with all controls, with which the room opens. */
export const scenes = {
  line: {
    name: 'line',
    title: 'A line',
    sentences: [
      'A map y = f(z) takes each short interval of the z axis to an interval of the y axis. The probability in the interval stays the same.',
      'So an interval that becomes twice as long has half the density: p(y) = p₀(z)/|f′(z)|.',
      'Move the interval. For y = az + b the stretch is the same everywhere; for y = exp(z) it is exp(z).',
    ],
  },
  area: {
    name: 'area',
    title: 'Area and determinant',
    sentences: [
      'A linear map takes the unit square to a parallelogram. Drag its two sides: they are the columns of the matrix A.',
      'The area of the parallelogram is |det A|. A density on the square is divided by this number.',
      'Lay both sides on one line: the area is 0, and nobody can tell where a point came from. A flow must avoid this.',
    ],
  },
  two: {
    name: 'two',
    title: 'Planar, 2 layers',
    sentences: [
      'A planar layer moves points along û only, by tanh(wᵀz + b). Points on the line wᵀz + b = 0 stay where they are.',
      'Layer 1 pushes both sides of its line apart: the density falls there, log|det J| > 0. Layer 2 pulls points towards its line: the density rises, log|det J| < 0.',
      'Turn w and u, move the line with b, and read log|det J| at the point z.',
    ],
  },
  ten: {
    name: 'ten',
    title: 'Planar, 10 layers',
    sentences: [
      'Ten planar layers were trained to move one normal to a density with two modes.',
      'Play the slider: each layer does little, all of them together split the normal. A thin bridge remains between the modes, because a flow bends the plane and cannot cut it.',
      'Move one layer to spoil the fit: the ELBO falls. Then press Train to repair it.',
    ],
  },
  explore: {
    name: 'explore',
    title: 'Explore',
    sentences: [
      'New to flows? Begin with the scene “A line”, and go on from there: this one has all controls.',
      'A flow is a chain of layers. Each layer moves the points of the plane, and every point takes its share of the probability along.',
      'Move the slider to watch the points travel. Where a layer spreads the grid the density falls, where it squeezes the grid the density rises: log q = log q₀ − Σ log|det J|.',
      'Drag w, u and b of a planar layer, or press Train: the flow then looks for the parameters that bring q to the target.',
    ],
  },
} as const satisfies Readonly<Record<string, Scene>>;

export type SceneName = keyof typeof scenes;
