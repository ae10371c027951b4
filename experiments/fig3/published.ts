// Figure 3d of the paper, read off its vector paths (± 0.01): "variational bound (nats)" at K = 2, 8, 32. Its constants
// are unclear: U1 cannot go below −ln Z = −1.8775 with them, nor below −0.04 without ln 2π, so only the order of the
// flows can be compared.
type Lengths = readonly [two: number, eight: number, thirtyTwo: number];

export const paper: Readonly<Record<string, Readonly<Record<string, Lengths>>>> = {
  U1: {
    planar: [0.06, -0.21, -0.26],
    radial: [0.08, -0.16, -0.25],
    'nice-perm': [2.94, 0.07, 0.06],
    'nice-orth': [2.94, 0.44, -0.02],
  },
  U2: {
    planar: [-0.64, -1.08, -1.27],
    radial: [-0.31, -1.05, -1.15],
    'nice-perm': [0.41, -0.96, -1.21],
    'nice-orth': [0.44, -0.63, -1.19],
  },
  U3: {
    planar: [-0.31, -0.91, -1.09],
    radial: [-0.27, -0.87, -1.01],
    'nice-perm': [0.23, -0.57, -0.94],
    'nice-orth': [0.23, -0.51, -0.93],
  },
  U4: {
    planar: [-0.37, -1.07, -1.24],
    radial: [-0.27, -0.85, -0.92],
    'nice-perm': [0.15, -0.66, -1.19],
    'nice-orth': [0.16, -0.65, -1.02],
  },
};
