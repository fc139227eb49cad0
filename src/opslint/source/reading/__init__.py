"""The steps from the bytes of a YAML file to nodes: text, events, nodes, templates."""
