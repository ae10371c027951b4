#!/usr/bin/env node
// Runs the command from its TypeScript source inside the repository; the published package points at dist instead.
import { setFlagsFromString } from 'node:v8';

// Translated sources would stay in memory several times over: 50 MiB less at the peak of an evaluation.
setFlagsFromString('--optimize-for-size');
const { register } = await import('tsx/esm/api');
register();
await import('../src/command/main.ts');
