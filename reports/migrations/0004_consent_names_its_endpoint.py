from typing import Any

from django.db import migrations, models


def say_for_whom(apps: Any, schema_editor: Any) -> None:
    """Until now consent was always to the endpoint of the request."""
    requests = apps.get_model("reports", "ServiceRequest").objects.filter(pk=models.OuterRef("service_request"))
    agreed = apps.get_model("reports", "Contact").objects.filter(pass_on=True, endpoint=None)
    agreed.update(endpoint=models.Subquery(requests.values("endpoint")[:1]))


class Migration(migrations.Migration):
    dependencies = [
        ("reports", "0003_delivery_and_follow_up"),
    ]

    operations = [
        migrations.RunPython(say_for_whom, migrations.RunPython.noop),
    ]
