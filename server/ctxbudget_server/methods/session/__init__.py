"""Methods `session/*`: the life of sessions."""
