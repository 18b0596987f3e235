"""The files of a workspace: which may be read, and how."""
