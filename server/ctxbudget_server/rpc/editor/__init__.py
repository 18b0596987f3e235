"""The editor's features on pygls: documents, settings, and what the room `editor` makes of them, as LSP has it."""
