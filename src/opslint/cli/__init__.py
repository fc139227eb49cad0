"""The command line: words in, stream and exit code out; the only place that knows click."""
