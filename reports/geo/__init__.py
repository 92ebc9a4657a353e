"""Where: boundaries as volunteers bring them, who answers for a point, and addresses to points and back."""
