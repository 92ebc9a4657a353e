"""The city that is reached by mail: its mailbox, and the clerk who answers by the link in each letter."""

from reports.sandbox.mail import city

__all__ = ["city"]
