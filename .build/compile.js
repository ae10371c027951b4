// `node compile.js`: makes the copy that the command runs from inside the repository anew, after an installation.
import { freshCopy } from './compiled-copy.js';

await freshCopy({ all: true });
