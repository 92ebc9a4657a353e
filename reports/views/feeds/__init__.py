"""Every list of reports as a file for other programs: README.md beside this says which, and what stands in them."""
