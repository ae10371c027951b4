// The endings of modules: a light check, before anything of a module is loaded.

const endings = /\.[cm]?[jt]s$/i;

/** Whether a name ends as a module of JavaScript or TypeScript does. */
export const endsAsModule = (name: string): boolean => endings.test(name);

/** The name without the ending of a module. */
export const withoutEnding = (name: string): string => name.replace(endings, '');
