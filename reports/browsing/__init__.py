"""What the public may see, found fast: a column of numbers for each fact of all reports, filters over them, words."""
