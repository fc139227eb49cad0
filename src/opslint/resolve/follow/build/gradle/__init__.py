"""Gradle: from tasks to the plugins and scripts that the build scripts hang on them."""
