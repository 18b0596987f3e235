"""What happens here, for OpenTelemetry. Nothing of it is imported unless a variable of OpenTelemetry is set."""
