"""Languages of blocks other than the POSIX shells: a best effort, of low confidence."""
