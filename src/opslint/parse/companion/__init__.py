"""Files that stand around pipelines and manifests and count by what they say."""
