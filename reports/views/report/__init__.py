"""The question pages, one module each: its form and what the page shows."""
