#!/usr/bin/env node
// Runs the command from its TypeScript source inside the repository; the published package points at dist instead.
import { register } from 'tsx/esm/api';

register();
await import('../src/command/main.ts');
