export { dataFiles, type LabData } from './lab-data.ts';
export { type LabRun, type ModelOptions, runFiles } from './lab-run.ts';
export { type ServedLab, type ServeOptions, serveLab } from './server/lab-server.ts';
export {
  type PageFile,
  type PageFiles,
  type PageRun,
  pageFiles,
  type RunArrays,
  readPageFile,
} from './server/page-files.ts';
export { singlePage } from './server/single-page.ts';
