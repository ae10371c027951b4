// Laws about names and places of files, and about forbidden words of code.
import ts from 'typescript';
import type { FileMap } from './file-map.ts';
import { parse, visit } from './imports.ts';
import { roomsBelow } from './packages-table.ts';

const topLevel = new Set([
  ...['packages', 'experiments', 'test', 'package.json', 'pnpm-workspace.yaml', 'tsconfig.base.json', 'README.md'],
  ...['LICENSE', 'biome.json', 'pnpm-lock.yaml', 'CHANGELOG.md', 'node_modules', 'runs', 'findings'],
]);
const junkName = /^(utils?|helpers?|common|misc|shared|stuff)$|[-_.](utils?|helpers?|misc|stuff)$/i;
const packageScripts = new Set(['build', 'build:wasm', 'build:page', 'prepack']);

/** The top level holds the fixed entries and dot files. */
export function topLevelIsFixed(files: FileMap): string[] {
  const entries = new Set(Object.keys(files).map((path) => path.split('/')[0]!));
  return [...entries]
    .filter((entry) => !entry.startsWith('.') && !topLevel.has(entry))
    .map((entry) => `${entry}: does not belong at the top level`);
}

/** No file or folder is named like a drawer for everything. */
export function noJunkDrawers(files: FileMap): string[] {
  const isJunk = (path: string) =>
    path.split('/').some((part) => junkName.test(part.replace(/(\.test|\.d)?\.\w+$/, '')));
  return Object.keys(files)
    .filter(isJunk)
    .map((path) => `${path}: name it after what it is for`);
}

/** A folder of a package with more files than this has no order that a reader can see. */
const MOST_FILES = 16;

/** Folders of a package's sources stay small; the package's index does not count. */
export function foldersAreSmall(files: FileMap): string[] {
  const counts = new Map<string, number>();
  for (const path of Object.keys(files)) {
    const folder = /^(packages\/[^/]+\/src(?:\/.+)?)\/[^/]+$/.exec(path)?.[1];
    if (folder === undefined || /^packages\/[^/]+\/src\/index\.ts$/.test(path)) continue;
    counts.set(folder, (counts.get(folder) ?? 0) + 1);
  }
  return [...counts].flatMap(([folder, count]) =>
    count > MOST_FILES ? [`${folder}: ${count} files; put them on shelves of at most ${MOST_FILES}`] : [],
  );
}

/** Every package builds by the same script names. */
export function scriptsHaveOneName(files: FileMap): string[] {
  return Object.keys(roomsBelow).flatMap((room) => {
    const path = `packages/${room}/package.json`;
    if (files[path] === undefined) return [];
    const scripts = Object.keys(JSON.parse(files[path]).scripts ?? {});
    const hasAssembly = Object.keys(files).some((file) => file.startsWith(`packages/${room}/assembly/`));
    const missing = ['build', ...(hasAssembly ? ['build:wasm'] : [])].filter((name) => !scripts.includes(name));
    const unknown = scripts.filter((name) => !packageScripts.has(name));
    return [
      ...missing.map((name) => `${path}: lacks the script ${name}`),
      ...unknown.map((name) => `${path}: script ${name}: packages know ${[...packageScripts].join(', ')} only`),
    ];
  });
}

/** An ignore pattern without a leading slash holds at every depth, and would keep a package of that name out of git. */
export function packagesAreNotIgnored(files: FileMap): string[] {
  const patterns = (files['.gitignore'] ?? '').split('\n').map((line) => line.trim().replace(/\/$/, ''));
  return patterns
    .filter((pattern) => Object.hasOwn(roomsBelow, pattern))
    .map((pattern) => `.gitignore: "${pattern}/" hides packages/${pattern} from git; write "/${pattern}/"`);
}

/** Libraries name their options as a program writes them; only the command knows flags. */
export function onlyTheCommandKnowsFlags(files: FileMap): string[] {
  return Object.entries(files).flatMap(([path, text]) => {
    if (!/^packages\/(?!flowvae\/)[^/]+\/src\/.*\.ts$/.test(path)) return [];
    const source = parse(path, text);
    const found: string[] = [];
    visit(source, (node) => {
      if (!ts.isStringLiteralLike(node) && !ts.isTemplateExpression(node)) return;
      const flag = /(?:^|[\s'"`])(--[a-z][\w-]*)(?![\w:-])/.exec(node.getText());
      if (!flag || node.getText().includes('pnpm ')) return;
      const { line } = source.getLineAndCharacterOfPosition(node.getStart());
      found.push(`${path}:${line + 1}: ${flag[1]}: name the option in backticks, and the command makes a flag of it`);
    });
    return found;
  });
}

/** Code in packages never branches on a concrete thing's name: the implementation declares the difference. */
export function noSwitchOnName(files: FileMap): string[] {
  return Object.entries(files).flatMap(([path, text]) => {
    if (!/^packages\/[^/]+\/src\/.*\.ts$/.test(path)) return [];
    const source = parse(path, text);
    const found: string[] = [];
    visit(source, (node) => {
      if (!ts.isSwitchStatement(node) || !ts.isPropertyAccessExpression(node.expression)) return;
      if (node.expression.name.text !== 'name') return;
      const { line } = source.getLineAndCharacterOfPosition(node.getStart());
      found.push(
        `${path}:${line + 1}: switch (${node.expression.getText()}): let the implementation declare what differs`,
      );
    });
    return found;
  });
}
