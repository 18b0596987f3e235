"""What `python -m benchmarks` measures, and how it is shown."""
