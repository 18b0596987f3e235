"""Search in a document: words, passages, lines."""
