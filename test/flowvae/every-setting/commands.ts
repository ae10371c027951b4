// The commands on a finished run that these tests try.
export const commandNames = ['encode', 'export', 'sample'] as const;

export type Command = (typeof commandNames)[number];
