export { holm } from './tests/holm.ts';
