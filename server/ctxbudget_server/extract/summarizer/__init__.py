"""From facts and ranked sentences to the text that enters the context."""
