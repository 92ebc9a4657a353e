"""An index that SQLite uses, too, for the duplicates that a report's page names.

It had the condition that there is such a number. SQLite takes an index with a condition only where the statement says
the same in so many words (https://www.sqlite.org/partialindex.html, section 2), which one with values filled in later
never does: the page of a report read all reports of its body.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reports", "0010_watch_areas")]

    operations = [
        migrations.RemoveIndex(model_name="servicerequest", name="request_by_original"),
        migrations.AddIndex(
            model_name="servicerequest",
            index=models.Index(fields=["endpoint", "duplicate_of"], name="request_by_original"),
        ),
    ]
