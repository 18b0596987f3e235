"""What people are shown: text from elsewhere, made harmless for a terminal, for Markdown and for an editor's labels."""
