#!/bin/sh
# arviz-stats 0.8.0's effective sample size of the tails is that of the 11 % and 89 % quantiles by default (its rcParams["stats.ci_prob"] is 0.89), so
# numbers from its summary() and from ArviZ 0.22.0 on the same draws differ, although both columns are called ess_tail. Vehtari et al. 2021
# (arXiv:1903.08008, section 4.3), ArviZ 0.22.0, Stan and R's posterior take 5 % and 95 %. rcParams["stats.ci_prob"] = 0.95 or prob=(0.05, 0.95) gives these.
# Needs python3 (3.11 to 3.13) and the network. Exits with 0 while the libraries behave as written here.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/old"
python3 -m venv "$folder/new"
"$folder/old/bin/python" -m pip install --quiet arviz==0.22.0 numpy==2.2.6
"$folder/new/bin/python" -m pip install --quiet arviz-base==0.8.2 'arviz-stats[xarray]==0.8.0' numpy==2.4.6
cd "$folder"
cat >draws.py <<'PYTHON'
import numpy as np

# autoregressive draws of one quantity, [chain, draw]
rng = np.random.default_rng(1)
x = rng.standard_normal((4, 500))
for i in range(1, 500):
    x[:, i] += 0.7 * x[:, i - 1]
PYTHON
cat >old.py <<'PYTHON'
import warnings

warnings.simplefilter("ignore")
import arviz
from draws import x

print(float(arviz.summary({"x": x}, round_to="none").loc["x", "ess_tail"]))
PYTHON
cat >new.py <<'PYTHON'
import arviz_base
import arviz_stats
from draws import x

data = arviz_base.from_dict({"posterior": {"x": x}})
print(float(arviz_stats.summary(data, round_to="none").loc["x", "ess_tail"]))
for prob in ((0.05, 0.95), (0.11, 0.89)):
    print(float(arviz_stats.ess(data, method="tail", prob=prob)["x"]))
PYTHON
old=$("$folder/old/bin/python" old.py)
"$folder/new/bin/python" new.py >new.txt
{
  read -r default
  read -r five
  read -r eleven
} <new.txt
echo "arviz 0.22.0, summary():                         ess_tail $old"
echo "arviz-stats 0.8.0, summary():                    ess_tail $default"
echo "arviz-stats 0.8.0, ess(prob=(0.05, 0.95)):                $five"
echo "arviz-stats 0.8.0, ess(prob=(0.11, 0.89)):                $eleven"
python3 - "$old" "$default" "$five" "$eleven" <<'PYTHON'
import sys

old, default, five, eleven = (float(value) for value in sys.argv[1:])
same = lambda a, b: abs(a - b) <= 1e-6 * abs(b)
sys.exit(0 if same(default, eleven) and same(old, five) and not same(default, five) else 1)
PYTHON
