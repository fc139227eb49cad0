from lockgate.main import may_enter


def test_a_ship_longer_than_the_lock_stays_outside() -> None:
    assert not may_enter(length=230.0)
