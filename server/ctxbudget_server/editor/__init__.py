"""What an editor shows of token budgets: from texts, counts and settings to hints, lenses, hovers, diagnostics, edits.

Nothing in here knows pygls, the wire or an event loop; positions are lines and code points, both 0-based.
"""
