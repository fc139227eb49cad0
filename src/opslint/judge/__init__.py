"""Signals judged: what applies, how each practice stands, what is a finding."""
