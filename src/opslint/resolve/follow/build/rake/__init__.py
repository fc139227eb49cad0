"""Rake: tasks of a Rakefile, and what their bodies run."""
