"""Train on whatever is on this machine."""

import joblib
import pandas as pd
from sklearn.ensemble import GradientBoostingClassifier

data = pd.read_csv("/home/anna/occupancy.csv")
model = GradientBoostingClassifier()
model.fit(data[["hour", "weekday"]], data["occupied"])
joblib.dump(model, "model.pkl")
