// Slurm's programs as small scripts of bash, which run the tasks of an array at once on this machine: for the batch
// script and the command where no Slurm is installed.
import { mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The process of the batch script writes its id into `pid-<task>`, its exit code at last into `code-<task>`. */
const task = `#!/bin/bash
export SLURM_ARRAY_JOB_ID=17 SLURM_ARRAY_TASK_ID=$2
while
  bash "$1" >>"$3/output-$2" 2>&1 &
  echo $! >"$3/pid-$2"
  wait $!
  code=$?
  [ -e "$3/../again-17_$2" ]
do rm "$3/../again-17_$2"; echo >>"$3/restarts-$2"; done
echo $code >"$3/code-$2"
`;

const programs = (folder: string) => ({
  sbatch: `#!/bin/bash
echo "$@" >>${folder}/told
for word in "$@"; do
  case $word in
    --array=*) ranges=\${word#*=} ;;
    --job-name=*) name=\${word#*=} ;;
    --partition=none) echo 'sbatch: error: invalid partition specified: none' >&2; exit 1 ;;
  esac
done
mkdir ${folder}/$name
for range in $(tr , ' ' <<<"\${ranges%\\%*}"); do
  for number in $(seq \${range%-*} \${range#*-}); do
    setsid bash ${folder}/task "\${!#}" $number ${folder}/$name </dev/null >/dev/null 2>&1 &
    touch ${folder}/$name/begun-$number
  done
done
echo 17
`,
  squeue: `#!/bin/bash
while [ "$1" != -n ]; do shift; done
name=$2
cd ${folder}/$name 2>/dev/null || exit 0
for begun in begun-*; do
  number=\${begun#begun-}
  state=RUNNING
  if [ -s code-$number ]; then if [ $(cat code-$number) = 0 ]; then state=COMPLETED; else state=FAILED; fi; fi
  echo "17|$number|$state|None"
done
`,
  scancel: `#!/bin/bash
cat ${folder}/$2/pid-* | xargs kill
`,
  scontrol: `#!/bin/bash
if [ "$1" = requeue ]; then touch ${folder}/again-$2; else echo 'MaxArraySize            = 1001'; fi
`,
});

/** Writes the programs; they keep their states, and the words that sbatch was told, in the same folder. */
export function pretendedSlurm(folder: string): NodeJS.ProcessEnv {
  const bin = join(folder, 'bin');
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(folder, 'task'), task);
  for (const [name, text] of Object.entries(programs(folder))) writeFileSync(join(bin, name), text, { mode: 0o755 });
  return { PATH: `${bin}${delimiter}${process.env.PATH}` };
}
