"""`python -m opslint`."""

from opslint.cli.main import run

if __name__ == "__main__":
    run()
