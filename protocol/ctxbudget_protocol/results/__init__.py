"""What the server answers and tells: light records, one module for each namespace of the method table."""
