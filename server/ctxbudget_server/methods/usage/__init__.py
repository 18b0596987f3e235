"""Methods `usage/*`: calibration by billed usage."""
