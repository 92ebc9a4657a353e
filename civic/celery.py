"""The Celery application: settings from Django under CELERY_, tasks from `reports.tasks`."""

import os

from celery import Celery

from civic import broker

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "civic.settings")

broker.install()
app = Celery("civic")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["reports"])
