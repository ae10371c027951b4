// The id of the parent process, read as early as possible: loading the libraries takes seconds, and the parent may end
// meanwhile.

/** The parent's id when the command was loaded; the command's first import is this one. */
export const firstParent = process.ppid;
