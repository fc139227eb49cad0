"""Hook managers that pipelines run too: lefthook, trunk."""
