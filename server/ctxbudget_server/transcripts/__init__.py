"""Reads what hosts record of a conversation: one reader per host, for hooks, fit and replay alike.

Pure: text or bytes in, message arrays, figures and texts out. Import the modules that you need: a hook reads the end
of a transcript (`tail`) and has no time for the rest.

- `claude_code`, `codex`, `gemini`: what one record of the host says; `records` finds the reader of a record.
- `tail`: the end of a running session, for hooks.
- `detection`: a whole recorded conversation, for fit and replay; `claude_code_messages` and `json_shapes` build it.
- `tool_responses`: the text of a tool's response, as the model reads it.
"""
