"""Reading Go sources: which files of a folder belong to a build, and what stands in their heads."""
