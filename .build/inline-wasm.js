// `node inline-wasm.js FILE.wasm…`: writes beside each file a module with its bytes, for bundles of browsers: a page
// cannot read files, and a module that it fetches would have to be served beside the bundle.
import { readFileSync, writeFileSync } from 'node:fs';

for (const file of process.argv.slice(2)) {
  const text = readFileSync(file).toString('base64');
  const module = `/** The bytes of ${file}. */\nexport const bytes = () => Uint8Array.from(atob('${text}'), (c) => c.charCodeAt(0));\n`;
  writeFileSync(file.replace(/\.wasm$/, '.js'), module);
}
