"""Threads, queues and the watchdog of a server process."""
