"""What really runs, for people and for machines."""
