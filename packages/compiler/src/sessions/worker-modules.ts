// The modules that worker threads load by URL: a thread finds no package by itself.
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

/** URLs of onnxruntime-node, and of the module that runs stages (runner.js). */
export const workerModules = (): { readonly runtime: string; readonly runner: string } => ({
  runtime: pathToFileURL(createRequire(import.meta.url).resolve('onnxruntime-node')).href,
  runner: new URL('./runner.js', import.meta.url).href,
});
