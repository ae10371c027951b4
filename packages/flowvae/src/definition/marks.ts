// Marks of definitions, by which a module's default export is told from anything else.

/** The command for the definitions of each mark. */
export const commandOf = { experiment: 'train', target: 'target' } as const;

type Mark = keyof typeof commandOf;

const symbolOf = (mark: Mark) => Symbol.for(`flowvae.${mark}`);

/** Marks a definition, so that a module's default export can be told from anything else. */
export const marked = <T extends object>(parts: T, mark: Mark): T =>
  Object.freeze({ ...parts, [symbolOf(mark)]: true });

/** Whether a value is marked so, by this or another copy of flowvae. */
export const isMarked = (value: unknown, mark: Mark): boolean =>
  typeof value === 'object' && value !== null && (value as Record<symbol, unknown>)[symbolOf(mark)] === true;

/** The mark of a definition; undefined for anything else. */
export const markOf = (value: unknown): Mark | undefined =>
  (Object.keys(commandOf) as Mark[]).find((mark) => isMarked(value, mark));
