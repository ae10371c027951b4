export { type TargetModel, targetModel } from './target/target-model.ts';
