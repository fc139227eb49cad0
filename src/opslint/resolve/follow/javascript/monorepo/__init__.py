"""Monorepo runners: a task in every package that has it."""
