"""What those who run the site see of it: whether it does its work, and figures over time."""
