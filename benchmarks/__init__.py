"""Measurements. Each script runs by itself; `python -m benchmarks` measures beside the peers and writes the table."""
