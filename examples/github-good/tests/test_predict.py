from tidetable import Constituent, height


def test_height_is_mean_plus_amplitude_at_high_water() -> None:
    assert height([Constituent(1.0, 30.0, 0.0)], 0.0, mean=2.0) == 3.0
