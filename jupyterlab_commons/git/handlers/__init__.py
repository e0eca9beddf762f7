"""The routes below `commons/git/`, one file for each resource."""
