// A target of a user's own: a definition with the values of its settings.
import { type ModuleKind, moduleName, type OwnModule } from '../definition/own-module.ts';
import { isTargetDefinition, type TargetContext, type TargetDefinition } from './target-definition.ts';

/** A target of a user's own. */
export type OwnTarget = OwnModule<TargetDefinition>;

/** The kind of modules for `flowvae target`. */
export const targetKind: ModuleKind<TargetDefinition> = {
  name: 'target',
  maker: 'defineTarget',
  isOne: isTargetDefinition,
};

/** The name of a target, for titles and folders. */
export const targetName = ({ definition, module }: OwnTarget): string =>
  definition.name ?? moduleName(module) ?? targetKind.name;

/** The settings, as the parts of the definition get them. */
export const contextOf = ({ values }: OwnTarget): TargetContext => ({ settings: values });

/** A part that may be a function of the settings. */
export const partOf = <T>(own: OwnTarget, part: T | ((context: TargetContext) => T)): T =>
  part instanceof Function ? part(contextOf(own)) : part;
