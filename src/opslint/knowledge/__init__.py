"""What opslint knows: rules and tools as data, compiled to one index."""
