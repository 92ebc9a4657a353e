"""What people add to a request without an account: they follow it, see it again, or say whether it is really fixed."""
