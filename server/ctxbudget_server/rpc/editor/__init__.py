"""The editor's features on pygls: documents, settings, and the results of package `editor` in LSP's form."""
