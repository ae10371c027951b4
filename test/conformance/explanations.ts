// Every failing test of tfjs, by its full name without the environment, and why it fails.
export const explanations: Readonly<Record<string, string>> = {};
