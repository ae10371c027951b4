// The suggested next command depends on how the command was started.
import { expect, it } from 'vitest';
import { invocation } from '../../packages/flowvae/src/command/invocation.ts';

it.each([
  ['', 'flowvae'],
  ['pnpm/10.34.9 npm/? node/v20.20.2 linux x64', 'npx -y pnpm@10.34.9 exec flowvae'],
  ['npm/11.19.1 node/v20.20.2 linux x64 workspaces/false', 'npx flowvae'],
  ['yarn/4.1.0 npm/? node/v20.20.2 linux x64', 'flowvae'],
])('user agent %j: %s', (userAgent, command) => {
  expect(invocation(userAgent)).toBe(command);
});
