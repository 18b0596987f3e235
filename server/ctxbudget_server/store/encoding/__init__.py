"""How values are stored: content by hash, packed JSON, changes of items."""
