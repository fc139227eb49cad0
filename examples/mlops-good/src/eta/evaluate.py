"""Hold the model against the bar; exit 1 where it is not met."""

import json
import sys

import mlflow
import pandas as pd
import yaml
from sklearn.metrics import mean_absolute_error

from eta.train import FEATURES

if __name__ == "__main__":
    with open("params.yaml", encoding="utf-8") as stream:
        bar = yaml.safe_load(stream)["bar"]["mean_absolute_error_minutes"]
    holdout = pd.read_parquet(sys.argv[2])
    error = mean_absolute_error(holdout["minutes"], mlflow.sklearn.load_model(sys.argv[1]).predict(holdout[FEATURES]))
    with open("metrics.json", "w", encoding="utf-8") as stream:
        json.dump({"mean_absolute_error_minutes": error}, stream)
    if error > bar:
        sys.exit(f"mean absolute error {error:.1f} min is over the bar of {bar} min")
