"""Nx: projects, their targets, and what executors and plugins make of them."""
