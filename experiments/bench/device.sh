#!/usr/bin/env bash
# Measures section `device` on a machine with a graphics card, in under six minutes, without a network: the tree has its
# packages installed. Prints the tables; writes the numbers to the file that is named, or to device.json.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
out="${1:-device.json}"
[ -d node_modules ] || { echo 'device.sh: expected a tree with installed packages (node_modules)' >&2; exit 2; }
bench() { timeout 330 node --conditions=@flowvae/source --import tsx experiments/bench/run.ts --section device "$@"; }
bench --rounds 2 --steps 40 --patience 90 --json >"$out"
node -e '
const { machine, sections } = JSON.parse(require("node:fs").readFileSync(process.argv[1], "utf8"));
console.log(machine.cpu, machine.versions);
for (const { setting, facts, values, absent, notes } of sections[0].rows)
  console.log(JSON.stringify({ setting, ...facts, ms: Object.fromEntries(Object.entries(values).map(([k, v]) => [k, v.median])), absent, notes }));
' "$out"
