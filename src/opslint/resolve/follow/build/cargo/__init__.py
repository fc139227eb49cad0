"""Cargo: aliases, tasks of cargo-make, and programs of the workspace that run commands (xtask)."""
