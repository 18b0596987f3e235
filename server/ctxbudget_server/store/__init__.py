"""Durable state: a small interface, and SQLite behind it. No SQL stands outside this package."""
