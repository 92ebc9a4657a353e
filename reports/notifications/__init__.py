"""Mails owed to people who follow a request: queued beside the news, sent later, never twice."""
