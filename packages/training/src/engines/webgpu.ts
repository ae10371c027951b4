// One graph on a graphics card, by ONNX Runtime's WebGPU provider: of any vendor, with nothing but npm packages.
import { compile, findDevice } from '@flowvae/compiler';
import { deviceRuns } from '../device/device-runs.ts';
import { deviceState } from '../device/device-state.ts';
import { heldBesides } from './compiled.ts';
import type { Engine } from './engine.ts';

/** The engine that traces a function once and runs its graph on the device; training keeps its state there. */
export const webgpu: Engine = {
  kind: 'webgpu',
  async unusable() {
    const device = await findDevice();
    return typeof device === 'string' ? `no graphics card is usable here (${device})` : undefined;
  },
  async open(fn, shapes, { variables = {}, into } = {}) {
    const program = compile(fn, { variables, onDevice: true });
    const executable = await program.specialise(shapes);
    return {
      async run(values) {
        const outputs = await executable.run({ ...heldBesides(values, variables), ...values });
        const landed = Object.entries(outputs).map(([name, array]) => {
          const target = into?.[name];
          target?.set(array);
          return [name, target ?? array] as const;
        });
        return Object.fromEntries(landed);
      },
      dispose: () => program.dispose(),
    };
  },
  spread: deviceRuns,
  trainingState: async (options) => deviceState(options),
};
