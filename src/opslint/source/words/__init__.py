"""Text as people wrote it: decoding, comments, expressions, late patterns."""
