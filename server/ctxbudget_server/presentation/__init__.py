"""Output for people: text from elsewhere, made safe for a terminal, for Markdown and for an editor's labels."""
