"""dotnet: local tools, and the analyzers that a build of the projects runs."""
