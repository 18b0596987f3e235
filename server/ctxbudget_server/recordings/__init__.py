"""Where hosts keep their recorded sessions on this machine, and what the end of each says. Nothing here writes.

- `model`: a recorded session, and what can be wrong with one.
- `files`: the sessions that are files (Claude Code, Codex, Gemini CLI); `opencode`: those in a database or a folder.
- `listing`: all of them, the latest first.
- `opening`: a recording as lines, by the path that `listing` gives or a user types.
"""
