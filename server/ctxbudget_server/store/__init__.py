"""Durable state: a small interface with SQLite behind it. All SQL is in this package."""
