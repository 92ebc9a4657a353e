"""Indexes for asking what an address has filed, follows, watches and was asked for, in capitals or small letters; and for
reading what is mirrored from the newest on."""

from django.db import migrations, models
from django.db.models.functions import Lower


class Migration(migrations.Migration):
    dependencies = [("reports", "0011_browsing_indexes")]

    operations = [
        migrations.AddIndex("contact", models.Index(Lower("email"), name="contact_by_address")),
        migrations.AddIndex("subscription", models.Index(Lower("email"), name="subscription_by_address")),
        migrations.AddIndex("watchsubscription", models.Index(Lower("email"), name="watch_by_address")),
        migrations.AddIndex("confirmation", models.Index(Lower("email"), name="confirmation_by_address")),
        migrations.AddIndex(
            "mirroredrequest", models.Index(fields=["-requested_datetime", "-id"], name="mirrored_newest_first")
        ),
    ]
