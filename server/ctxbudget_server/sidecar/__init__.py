"""One-shot commands, answered by the workspace's sidecar: both ends of its socket."""
