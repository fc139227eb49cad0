"""Build tools that run commands: Earthly, Bazel, Dagger, Mage, moon."""
