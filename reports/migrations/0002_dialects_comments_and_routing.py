import uuid

import django.db.models.deletion
from django.db import migrations, models

import reports.clock
import reports.models.jurisdictions


class Migration(migrations.Migration):
    dependencies = [
        ("reports", "0001_first_tables"),
    ]

    operations = [
        migrations.CreateModel(
            name="CatalogueChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("recorded_at", models.DateTimeField(default=reports.clock.now, verbose_name="recorded")),
                ("difference", models.JSONField(default=dict, verbose_name="difference")),
            ],
            options={
                "verbose_name": "change of services",
                "verbose_name_plural": "changes of services",
                "ordering": ["-recorded_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="Comment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("text", models.TextField(max_length=2000, verbose_name="text")),
                ("created_at", models.DateTimeField(default=reports.clock.now, verbose_name="written")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("pending", "waiting to be sent"),
                            ("sending", "being sent"),
                            ("sent", "sent to the body"),
                            ("held", "sent, and held for moderation there"),
                            ("kept", "kept here"),
                            ("uncertain", "sent, answer lost"),
                            ("refused", "refused by the body"),
                        ],
                        default="pending",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                (
                    "due_at",
                    models.DateTimeField(blank=True, default=reports.clock.now, null=True, verbose_name="to be sent"),
                ),
                ("claim", models.UUIDField(blank=True, editable=False, null=True)),
                ("lease_until", models.DateTimeField(blank=True, editable=False, null=True)),
                ("tries", models.PositiveSmallIntegerField(default=0, verbose_name="times tried")),
                ("sent_at", models.DateTimeField(blank=True, null=True, verbose_name="sent")),
                ("comment_id", models.CharField(blank=True, max_length=200, verbose_name="the body's number of it")),
                ("reason", models.TextField(blank=True, verbose_name="reason")),
                ("hidden", models.BooleanField(default=False, verbose_name="hidden")),
            ],
            options={
                "verbose_name": "comment",
                "verbose_name_plural": "comments",
                "ordering": ["created_at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="MirroredRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("service_request_id", models.CharField(max_length=200, verbose_name="service_request_id")),
                ("service_code", models.CharField(blank=True, max_length=200, verbose_name="service_code")),
                ("service_name", models.CharField(blank=True, max_length=300, verbose_name="service_name")),
                (
                    "status",
                    models.CharField(
                        choices=[("open", "open"), ("closed", "closed")], max_length=6, verbose_name="status"
                    ),
                ),
                ("status_word", models.CharField(blank=True, max_length=200, verbose_name="the body's word")),
                ("lat", models.FloatField(blank=True, null=True, verbose_name="latitude")),
                ("long", models.FloatField(blank=True, null=True, verbose_name="longitude")),
                ("address_string", models.CharField(blank=True, max_length=500, verbose_name="address")),
                ("requested_datetime", models.DateTimeField(blank=True, null=True, verbose_name="filed")),
                ("updated_datetime", models.DateTimeField(blank=True, null=True, verbose_name="last change")),
                ("seen_at", models.DateTimeField(default=reports.clock.now, verbose_name="last in the feed")),
            ],
            options={
                "verbose_name": "mirrored request",
                "verbose_name_plural": "mirrored requests",
                "ordering": ["-requested_datetime", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="PlaceListing",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("cell", models.CharField(max_length=30, verbose_name="cell")),
                ("service_codes", models.JSONField(default=list, verbose_name="service codes")),
                ("fetched_at", models.DateTimeField(default=reports.clock.now, verbose_name="fetched")),
            ],
            options={
                "verbose_name": "services at a place",
                "verbose_name_plural": "services at places",
            },
        ),
        migrations.CreateModel(
            name="RoutingRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "words",
                    models.CharField(
                        help_text="A code, or words of name, group or keywords; commas between several.",
                        max_length=300,
                        verbose_name="that match",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("delegated", "are dealt with by the other body"),
                            ("preferred", "are offered by both, and the other body's are to be used"),
                        ],
                        default="delegated",
                        max_length=10,
                        verbose_name="rule",
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        blank=True,
                        help_text="Shown to residents, such as: the State runs these signals.",
                        max_length=300,
                        verbose_name="reason",
                    ),
                ),
                ("active", models.BooleanField(default=True, verbose_name="active")),
            ],
            options={
                "verbose_name": "routing rule",
                "verbose_name_plural": "routing rules",
                "ordering": ["jurisdiction__name", "words"],
            },
        ),
        migrations.AddField(
            model_name="endpoint",
            name="feed_synced_at",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="feed fetched"),
        ),
        migrations.AddField(
            model_name="endpoint",
            name="news_until",
            field=models.DateTimeField(
                blank=True,
                editable=False,
                help_text="Where it is asked what changed.",
                null=True,
                verbose_name="news fetched until",
            ),
        ),
        migrations.AddField(
            model_name="endpoint",
            name="validators",
            field=models.JSONField(blank=True, default=dict, editable=False),
        ),
        migrations.AddField(
            model_name="service",
            name="active",
            field=models.BooleanField(
                default=True, help_text="Off: the city says it takes none now.", verbose_name="takes reports"
            ),
        ),
        migrations.AddField(
            model_name="service",
            name="city_notice",
            field=models.TextField(blank=True, verbose_name="the city's notice"),
        ),
        migrations.AddField(
            model_name="service",
            name="former_codes",
            field=models.JSONField(blank=True, default=list, editable=False, verbose_name="former codes"),
        ),
        migrations.AddField(
            model_name="servicerequest",
            name="body_updated_datetime",
            field=models.DateTimeField(
                blank=True,
                editable=False,
                help_text="Of what was taken over from it.",
                null=True,
                verbose_name="the body's last date",
            ),
        ),
        migrations.AddField(
            model_name="servicerequest",
            name="duplicate_of",
            field=models.CharField(
                blank=True, help_text="The body's number.", max_length=200, verbose_name="duplicate of"
            ),
        ),
        migrations.AddField(
            model_name="servicerequest",
            name="private",
            field=models.BooleanField(
                default=False,
                help_text="The body keeps it from the public: in no list, feed or map.",
                verbose_name="private",
            ),
        ),
        migrations.AddField(
            model_name="servicerequest",
            name="private_presumed",
            field=models.BooleanField(default=False, editable=False),
        ),
        migrations.AddField(
            model_name="statusupdate",
            name="hidden",
            field=models.BooleanField(
                default=False, help_text="Hidden from the public by a volunteer.", verbose_name="hidden"
            ),
        ),
        migrations.AddField(
            model_name="statusupdate",
            name="is_comment",
            field=models.BooleanField(
                default=False, help_text="Of somebody else, in the body's system.", verbose_name="a comment"
            ),
        ),
        migrations.AddField(
            model_name="statusupdate",
            name="private",
            field=models.BooleanField(
                default=False, help_text="For volunteers only; never shown or mailed.", verbose_name="private"
            ),
        ),
        migrations.AddField(
            model_name="submission",
            name="held",
            field=models.BooleanField(
                default=False, help_text="The body looks at it before it counts.", verbose_name="held for review"
            ),
        ),
        migrations.AlterField(
            model_name="endpoint",
            name="base_url",
            field=models.CharField(
                help_text="Web address of its system, or mailto: and the mailbox of a body that has none.",
                max_length=500,
                validators=[reports.models.jurisdictions._address_of_a_system],
                verbose_name="base address",
            ),
        ),
        migrations.AlterField(
            model_name="servicerequest",
            name="status",
            field=models.CharField(
                choices=[
                    ("received", "Received"),
                    ("sent", "Sent"),
                    ("accepted", "Accepted"),
                    ("in_progress", "In progress"),
                    ("closed", "Done, says the city"),
                    ("not_responsible", "Not their task"),
                    ("duplicate", "Duplicate"),
                    ("rejected", "Turned down"),
                    ("undelivered", "Could not be delivered, we are on it"),
                    ("cancelled", "Withdrawn"),
                ],
                default="received",
                max_length=16,
                verbose_name="status",
            ),
        ),
        migrations.AlterField(
            model_name="statusupdate",
            name="status",
            field=models.CharField(
                choices=[
                    ("received", "Received"),
                    ("sent", "Sent"),
                    ("accepted", "Accepted"),
                    ("in_progress", "In progress"),
                    ("closed", "Done, says the city"),
                    ("not_responsible", "Not their task"),
                    ("duplicate", "Duplicate"),
                    ("rejected", "Turned down"),
                    ("undelivered", "Could not be delivered, we are on it"),
                    ("cancelled", "Withdrawn"),
                ],
                max_length=16,
                verbose_name="status",
            ),
        ),
        migrations.AddIndex(
            model_name="servicerequest",
            index=models.Index(
                condition=models.Q(("duplicate_of", ""), _negated=True),
                fields=["endpoint", "duplicate_of"],
                name="request_by_original",
            ),
        ),
        migrations.AddField(
            model_name="cataloguechange",
            name="endpoint",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="catalogue_changes",
                to="reports.endpoint",
                verbose_name="endpoint",
            ),
        ),
        migrations.AddField(
            model_name="comment",
            name="service_request",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="comments",
                to="reports.servicerequest",
                verbose_name="service request",
            ),
        ),
        migrations.AddField(
            model_name="mirroredrequest",
            name="endpoint",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="mirrored",
                to="reports.endpoint",
                verbose_name="endpoint",
            ),
        ),
        migrations.AddField(
            model_name="placelisting",
            name="endpoint",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="place_listings",
                to="reports.endpoint",
                verbose_name="endpoint",
            ),
        ),
        migrations.AddField(
            model_name="routingrule",
            name="jurisdiction",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="routing_rules",
                to="reports.jurisdiction",
                verbose_name="services of",
            ),
        ),
        migrations.AddField(
            model_name="routingrule",
            name="to",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="routing_rules_towards",
                to="reports.jurisdiction",
                verbose_name="the other body",
            ),
        ),
        migrations.AddIndex(
            model_name="comment",
            index=models.Index(fields=["state", "due_at"], name="comment_due"),
        ),
        migrations.AddIndex(
            model_name="mirroredrequest",
            index=models.Index(fields=["lat", "long"], name="mirrored_by_place"),
        ),
        migrations.AddConstraint(
            model_name="mirroredrequest",
            constraint=models.UniqueConstraint(
                fields=("endpoint", "service_request_id"), name="mirrored_once_per_endpoint"
            ),
        ),
        migrations.AddIndex(
            model_name="placelisting",
            index=models.Index(fields=["fetched_at"], name="place_listing_by_age"),
        ),
        migrations.AddConstraint(
            model_name="placelisting",
            constraint=models.UniqueConstraint(fields=("endpoint", "cell"), name="place_listing_once"),
        ),
    ]
