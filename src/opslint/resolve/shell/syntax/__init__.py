"""The text of a script: its grammar, its words, and what can be said of its failures."""
