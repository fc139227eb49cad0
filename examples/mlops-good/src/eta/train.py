"""Train the model, record the run, register the version."""

import sys

import mlflow
import pandas as pd
import yaml
from sklearn.ensemble import RandomForestRegressor

FEATURES = ["distance_nm", "draught_m"]


def main(path: str) -> None:
    with open("params.yaml", encoding="utf-8") as stream:
        params = yaml.safe_load(stream)["train"]
    voyages = pd.read_parquet(path)
    with mlflow.start_run():
        mlflow.log_params(params)
        model = RandomForestRegressor(n_estimators=params["trees"], random_state=params["seed"])
        model.fit(voyages[FEATURES], voyages["minutes"])
        mlflow.sklearn.log_model(model, name="model", registered_model_name="eta")
        mlflow.sklearn.save_model(model, "model")


if __name__ == "__main__":
    main(sys.argv[1])
