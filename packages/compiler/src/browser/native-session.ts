// In a page ONNX Runtime cannot be called synchronously.
import type { nativeRuntime as inNode } from '../backend/native-session.ts';

export const nativeRuntime: typeof inNode = { load: () => 'a browser page, where ONNX Runtime answers later' };
