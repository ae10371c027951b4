// The parent of this process as early as it can be asked for: loading the libraries takes seconds, in which it may end.

/** The parent's id when the command was loaded; the command's first import is this one. */
export const firstParent = process.ppid;
