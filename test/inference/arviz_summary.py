"""Opens a Zarr folder with ArviZ, and prints its summary and shapes as JSON. ArviZ reads Zarr itself only with zarr 2."""

import json
import sys
import warnings

warnings.simplefilter("ignore")
import numpy as np

folder = sys.argv[1]


def numbers(table):
    return {name: {key: float(value) for key, value in row.items()} for name, row in table.to_dict("index").items()}


def by_tree():
    import xarray

    return xarray.open_datatree(folder, engine="zarr")


try:
    import arviz as az
    import zarr

    library = f"arviz {az.__version__}, zarr {zarr.__version__}"
    has_old_zarr = int(zarr.__version__.split(".")[0]) < 3
    data = az.from_zarr(folder) if has_old_zarr else az.InferenceData.from_datatree(by_tree())
    table = az.summary(data, round_to="none")
except ImportError:
    import arviz_base
    import arviz_stats

    library = f"arviz_stats {arviz_stats.__version__}"
    data = by_tree()
    with arviz_base.rc_context({"stats.ci_prob": 0.95}):  # by default the tails begin at 11 % and 89 %
        table = arviz_stats.summary(data, round_to="none")

posterior = data["posterior"]
print(
    json.dumps(
        {
            "library": library,
            "groups": sorted(name.strip("/") for name in (data.groups() if callable(data.groups) else data.groups)),
            "summary": numbers(table),
            "shapes": {name: list(variable.shape) for name, variable in posterior.data_vars.items()},
            "dims": {name: list(variable.dims) for name, variable in posterior.data_vars.items()},
            "types": {name: str(variable.dtype) for name, variable in data["sample_stats"].data_vars.items()},
            "diverging": int(np.sum(data["sample_stats"]["diverging"].values)),
            "sums": {name: float(np.sum(variable.values, dtype=float)) for name, variable in posterior.data_vars.items()},
        }
    )
)
