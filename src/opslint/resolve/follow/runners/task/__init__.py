"""Task (go-task): tasks of a Taskfile."""
