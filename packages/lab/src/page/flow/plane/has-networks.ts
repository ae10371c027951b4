// Flows with networks inside: their layers take longer, and their weights are many.
import type { Flow } from '@flowvae/flows';
import { elementCount } from '@flowvae/tensor';

/** Numbers in one parameter of a layer from which on it is a network's weight. */
const NETWORK_SIZE = 100;

/** Whether a flow has networks inside. */
export const hasNetworks = ({ paramShapes }: Flow): boolean =>
  Object.values(paramShapes).some((shape) => elementCount(shape.slice(1)) >= NETWORK_SIZE);
