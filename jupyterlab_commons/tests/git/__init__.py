"""Tests of the git history, with real repositories."""
