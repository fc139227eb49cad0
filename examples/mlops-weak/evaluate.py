"""Print how good it is."""

import joblib
import pandas as pd

data = pd.read_csv("/home/anna/occupancy.csv")
model = joblib.load("model.pkl")
print("accuracy", model.score(data[["hour", "weekday"]], data["occupied"]))
