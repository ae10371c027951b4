// The command as the user started it, for messages that suggest a next command.

/**
 * `flowvae`, or the package manager's command that runs it. Package managers name themselves in `npm_config_user_agent`
 * (`pnpm/10.34.9 npm/? node/v20.20.2 linux x64`).
 */
export function invocation(userAgent = process.env.npm_config_user_agent ?? ''): string {
  const [, manager, version] = /^(\w+)\/(\S+)/.exec(userAgent) ?? [];
  if (manager === 'pnpm') return `npx -y pnpm@${version} exec flowvae`;
  return manager === 'npm' ? 'npx flowvae' : 'flowvae';
}
