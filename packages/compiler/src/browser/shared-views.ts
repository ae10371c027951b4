// In a page ONNX Runtime has a memory of its own: arrays go in and out by copies.
import type { arrayLending as lendingInNode, sharedViews as viewsInNode } from '../sessions/shared-views.js';

/** None. */
export const sharedViews: typeof viewsInNode = async () => undefined;

/** None. */
export const arrayLending: typeof lendingInNode = async () => undefined;
