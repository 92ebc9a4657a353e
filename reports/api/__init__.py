"""Our own public endpoint, one file for each call."""
