"""What an editor shows about token budgets: turns texts, counts and settings into hints, lenses, hovers, diagnostics,
edits.

Nothing in here knows pygls, the wire or an event loop; positions are lines and code points, both 0-based.
"""
