"""Prints the runs of an MLflow server as JSON, as MLflow's own client reads them: python3 mlflow_runs.py <address>."""

import json
import sys

import mlflow
from mlflow import MlflowClient

client = MlflowClient(sys.argv[1])


def described(run):
    run_id = run.info.run_id
    histories = {key: client.get_metric_history(run_id, key) for key in run.data.metrics}
    folders = [client.list_artifacts(run_id), client.list_artifacts(run_id, "figures")]
    return {
        "name": run.info.run_name,
        "status": run.info.status,
        "params": run.data.params,
        "tags": run.data.tags,
        "metrics": [[key, point.step, point.value] for key, points in histories.items() for point in points],
        "files": [each.path for folder in folders for each in folder if not each.is_dir],
    }


experiments = client.search_experiments()
runs = [run for each in experiments for run in client.search_runs([each.experiment_id])]
print(json.dumps({"mlflow": mlflow.__version__, "runs": [described(run) for run in runs]}))
