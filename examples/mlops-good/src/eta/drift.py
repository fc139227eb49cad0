"""Compare last week's requests with the training data; exit 1 where they have drifted apart."""

import sys

import pandas as pd
from evidently import Report
from evidently.presets import DataDriftPreset

if __name__ == "__main__":
    report = Report([DataDriftPreset(drift_share=0.3)], include_tests=True)
    result = report.run(pd.read_parquet(sys.argv[2]), pd.read_parquet(sys.argv[1]))
    result.save_html("drift.html")
    if any(test["status"] == "FAIL" for test in result.dict()["tests"]):
        sys.exit("the requests have drifted from the training data")
