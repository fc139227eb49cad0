import pandas as pd
import pytest
from pandera.errors import SchemaErrors

from eta.check import VOYAGES


def test_a_voyage_of_negative_length_is_refused() -> None:
    voyage = pd.DataFrame({"distance_nm": [-1.0], "draught_m": [8.0], "minutes": [60.0]})
    with pytest.raises(SchemaErrors):
        VOYAGES.validate(voyage, lazy=True)
