"""Task runners: from `make lint` to the commands the Makefile runs."""
