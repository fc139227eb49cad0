"""Serve the model."""

import joblib
from flask import Flask, request

app = Flask(__name__)
model = joblib.load("model.pkl")


@app.post("/predict")
def predict():
    return {"occupied": bool(model.predict([[request.json["hour"], request.json["weekday"]]])[0])}
