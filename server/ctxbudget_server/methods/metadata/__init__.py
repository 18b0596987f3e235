"""Methods `metadata/*`: extracting metadata from documents."""
