"""Methods `budget/*`: status, report, allocation and leases."""
