"""The git history of this user's files. Only `runner` starts git."""
