export { dataFiles, type LabData } from './lab-data.ts';
export { type LabRun, type ModelOptions, runFiles } from './lab-run.ts';
export { type ServedLab, type ServeOptions, serveLab } from './server/lab-server.ts';
export {
  bytesOf,
  type PageFile,
  type PageFiles,
  type PageRun,
  pageFiles,
  type RunArrays,
} from './server/page-files.ts';
export { singlePage } from './server/single-page.ts';
