// The advice of an error that cannot know whether the data or a guess about them is wrong.

/** @param where the file, or a field in it */
export const lookAt = (where: string): string => `\`flowvae data ${sourceOf(where)}\` shows what was understood`;

/** Fields stand behind a colon and a space. */
const sourceOf = (where: string): string => where.split(': ')[0]!;
