"""The voyages are what the training takes for granted."""

import sys

import pandas as pd
import pandera.pandas as pa

VOYAGES = pa.DataFrameSchema(
    {
        "distance_nm": pa.Column(float, pa.Check.in_range(0, 15_000)),
        "draught_m": pa.Column(float, pa.Check.in_range(1, 30)),
        "minutes": pa.Column(float, pa.Check.gt(0)),
    },
    strict=True,
)

if __name__ == "__main__":
    VOYAGES.validate(pd.read_parquet(sys.argv[1]), lazy=True)
