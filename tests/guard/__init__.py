"""What the work costs, counted instead of timed, and held against accepted figures."""
