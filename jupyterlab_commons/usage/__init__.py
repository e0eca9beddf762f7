"""What this server uses of its machine, measured off the event loop."""
