"""Signs of life of workers and beat, for whoever wonders why nothing moves."""

from django.contrib import admin

from reports.admin.generic import ModelAdmin
from reports.admin.read_only import ReadOnly
from reports.models import Heartbeat


@admin.register(Heartbeat)
class HeartbeatAdmin(ReadOnly, ModelAdmin[Heartbeat]):
    """Written by the processes themselves."""

    list_display = ("name", "at")
    ordering = ("-at",)
