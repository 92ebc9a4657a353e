"""Which requests changed, in their order: triggers of the database write it (`migrations/0008`), readers follow it."""

from typing import ClassVar

from django.db import models


class ListingChange(models.Model):
    """A request was added, changed or deleted. `transaction` is PostgreSQL's, by which a reader misses none that was
    committed late; SQLite has one writer at a time, so that the key is enough there."""

    service_request_id = models.BigIntegerField()
    transaction = models.BigIntegerField(default=0)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["transaction", "id"], name="change_by_transaction")]

    def __str__(self) -> str:
        return f"change {self.pk}"


class ChangeReader(models.Model):
    """How far a reader that outlives its process has read the changes."""

    name = models.CharField(max_length=40, primary_key=True)
    last_id = models.BigIntegerField(default=0)
    transaction = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return self.name
