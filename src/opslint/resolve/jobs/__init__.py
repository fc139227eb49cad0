"""Jobs: from steps as declared to what they run."""
