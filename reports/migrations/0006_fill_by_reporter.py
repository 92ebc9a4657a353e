"""Until now only whoever filed a request followed it."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def fill(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("reports", "Subscription").objects.update(by_reporter=True)


class Migration(migrations.Migration):
    dependencies = [("reports", "0005_participation_and_moderation")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
