"""The GPUs that this server can see, without any vendor's Python package."""
