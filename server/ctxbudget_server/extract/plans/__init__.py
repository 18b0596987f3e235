"""Readers of plans: phases, waves, dependencies, estimates."""
