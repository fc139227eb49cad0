"""Where bytes come from: trees of files, positioned YAML, spans, expressions."""
