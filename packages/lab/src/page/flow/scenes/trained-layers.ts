// Ten planar layers that move N(0, I) to two normals of deviation ½ at (±2, 0): the room's own training, 4,000 steps
// from the identity with seed 1, rounded. KL(q‖p) = 0.005 nats.

export const trainedLayers = {
  w: Float32Array.from([
    0.113, 2.012, 1.067, -2.952, 0.169, 0.172, 0.261, 0.221, 4.644, -1.588, -0.558, -0.038, 3.668, 0.725, -0.285,
    -0.147, -0.002, 0.155, 0.112, -0.454,
  ]),
  u: Float32Array.from([
    -1.194, 1.672, 1.098, -0.819, -0.54, 1.268, 0.535, 0.659, 0.961, 0, -1.804, -0.487, 0.881, 1.245, 1.533, -0.611,
    0.586, -0.063, -1.234, 0.13,
  ]),
  b: Float32Array.from([0.057, 0.058, 0.022, -0.029, 0.055, 0.027, 0.03, 0.004, -0.004, -0.015]),
};
