"""The command line."""

import argparse

from tidetable.predict import Constituent, height


def main() -> None:
    """Print the height of a semidiurnal tide."""
    parser = argparse.ArgumentParser(prog="tidetable")
    parser.add_argument("hours", type=float)
    print(f"{height([Constituent(1.2, 28.984, 40.0)], parser.parse_args().hours):.2f} m")
