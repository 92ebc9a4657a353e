import django.core.validators
import django.db.models.deletion
from django.db import migrations, models

import reports.clock


class Migration(migrations.Migration):
    dependencies = [
        ("reports", "0002_dialects_comments_and_routing"),
    ]

    operations = [
        migrations.CreateModel(
            name="Disclosure",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("fields", models.JSONField(default=list, verbose_name="which details")),
                ("disclosed_at", models.DateTimeField(default=reports.clock.now, verbose_name="when")),
            ],
            options={
                "verbose_name": "disclosure",
                "verbose_name_plural": "disclosures",
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="Heartbeat",
            fields=[
                ("name", models.CharField(max_length=200, primary_key=True, serialize=False, verbose_name="name")),
                ("at", models.DateTimeField(default=reports.clock.now, verbose_name="seen")),
            ],
            options={
                "verbose_name": "sign of life",
                "verbose_name_plural": "signs of life",
            },
        ),
        migrations.CreateModel(
            name="PushedUpdate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("update_id", models.CharField(max_length=200, verbose_name="update_id")),
                ("taken_at", models.DateTimeField(default=reports.clock.now, verbose_name="taken over")),
            ],
            options={
                "verbose_name": "pushed update",
                "verbose_name_plural": "pushed updates",
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="Traffic",
            fields=[
                (
                    "endpoint",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="traffic",
                        serialize=False,
                        to="reports.endpoint",
                        verbose_name="endpoint",
                    ),
                ),
                (
                    "breaker",
                    models.CharField(
                        choices=[("closed", "works"), ("open", "not called, it fails"), ("half_open", "being tried")],
                        default="closed",
                        max_length=9,
                        verbose_name="breaker",
                    ),
                ),
                ("write_failures", models.PositiveIntegerField(default=0, verbose_name="filings failed in a row")),
                ("read_failures", models.PositiveIntegerField(default=0, verbose_name="look-ups failed in a row")),
                ("trips", models.PositiveIntegerField(default=0, verbose_name="times opened in a row")),
                ("tripped_by_write", models.BooleanField(default=False)),
                ("trouble_since", models.DateTimeField(blank=True, null=True, verbose_name="trouble since")),
                ("probe_at", models.DateTimeField(blank=True, null=True, verbose_name="next try")),
                ("paused_until", models.DateTimeField(blank=True, null=True, verbose_name="asked for patience until")),
                ("allowed", models.PositiveSmallIntegerField(default=1, verbose_name="calls at once, for now")),
                ("answered_at", models.DateTimeField(blank=True, null=True, verbose_name="answered last")),
                ("calls", models.JSONField(blank=True, default=dict)),
                ("recent", models.JSONField(blank=True, default=list)),
            ],
            options={
                "verbose_name": "traffic",
                "verbose_name_plural": "traffic",
            },
        ),
        migrations.CreateModel(
            name="VolunteerMail",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("email", models.EmailField(max_length=254, verbose_name="e-mail")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("new", "reports that need a volunteer"),
                            ("reminder", "reports that still need one"),
                            ("outage", "a system that is away"),
                            ("recovery", "a system that is back"),
                        ],
                        max_length=8,
                        verbose_name="what",
                    ),
                ),
                ("about", models.DateTimeField(verbose_name="of")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "queued"),
                            ("sending", "being sent"),
                            ("sent", "sent"),
                            ("failed", "failed"),
                            ("dropped", "not wanted any more"),
                        ],
                        default="queued",
                        max_length=8,
                        verbose_name="state",
                    ),
                ),
                ("due_at", models.DateTimeField(blank=True, default=reports.clock.now, null=True, verbose_name="due")),
                ("lease_until", models.DateTimeField(blank=True, editable=False, null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0, verbose_name="tries")),
                ("sent_at", models.DateTimeField(blank=True, null=True, verbose_name="sent")),
                ("error", models.CharField(blank=True, max_length=500, verbose_name="error")),
            ],
            options={
                "verbose_name": "mail to a volunteer",
                "verbose_name_plural": "mails to volunteers",
                "ordering": ["-pk"],
            },
        ),
        migrations.RemoveIndex(
            model_name="submission",
            name="submission_due",
        ),
        migrations.AddField(
            model_name="contact",
            name="endpoint",
            field=models.ForeignKey(
                blank=True,
                help_text="The one endpoint that the consent named.",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="reports.endpoint",
                verbose_name="agreed to for",
            ),
        ),
        migrations.AddField(
            model_name="endpoint",
            name="mirror_days",
            field=models.PositiveSmallIntegerField(
                default=30,
                validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(90)],
                verbose_name="days mirrored",
            ),
        ),
        migrations.AddField(
            model_name="endpoint",
            name="mirror_requests",
            field=models.BooleanField(
                default=False,
                help_text="Keep what its system lists of other people's requests. Only where its licence allows that.",
                verbose_name="requests mirrored",
            ),
        ),
        migrations.AddField(
            model_name="endpoint",
            name="news_span",
            field=models.PositiveIntegerField(default=0, editable=False),
        ),
        migrations.AddField(
            model_name="endpoint",
            name="news_whole",
            field=models.BooleanField(default=False, editable=False),
        ),
        migrations.AddField(
            model_name="endpoint",
            name="push_key_digest",
            field=models.CharField(blank=True, editable=False, max_length=64),
        ),
        migrations.AddField(
            model_name="mirroredrequest",
            name="token",
            field=models.CharField(blank=True, max_length=200, verbose_name="token"),
        ),
        migrations.AddField(
            model_name="servicerequest",
            name="taken_away_at",
            field=models.DateTimeField(
                blank=True,
                editable=False,
                help_text="By the person who filed it.",
                null=True,
                verbose_name="taken away",
            ),
        ),
        migrations.AddField(
            model_name="submission",
            name="attention_at",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="needs a volunteer since"),
        ),
        migrations.AddField(
            model_name="submission",
            name="evidence",
            field=models.JSONField(
                blank=True,
                default=list,
                help_text="What looking for it in the body's list has shown.",
                verbose_name="evidence",
            ),
        ),
        migrations.AddField(
            model_name="submission",
            name="row_hash",
            field=models.CharField(blank=True, editable=False, max_length=64),
        ),
        migrations.AddField(
            model_name="submission",
            name="volunteers_told_at",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="volunteers told"),
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
                    ("silent", "No news for 30 days"),
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
                    ("silent", "No news for 30 days"),
                    ("undelivered", "Could not be delivered, we are on it"),
                    ("cancelled", "Withdrawn"),
                ],
                max_length=16,
                verbose_name="status",
            ),
        ),
        migrations.AlterField(
            model_name="submission",
            name="state",
            field=models.CharField(
                choices=[
                    ("pending", "waiting to be sent"),
                    ("sending", "being sent"),
                    ("retry", "to be tried again"),
                    ("uncertain", "sent, answer lost"),
                    ("refused", "refused by the body"),
                    ("needs_attention", "needs a volunteer"),
                    ("accepted", "taken, number to come"),
                    ("delivered", "delivered"),
                    ("cancelled", "cancelled"),
                ],
                default="pending",
                max_length=16,
                verbose_name="state",
            ),
        ),
        migrations.AddIndex(
            model_name="submission",
            index=models.Index(fields=["endpoint", "state", "due_at"], name="submission_due"),
        ),
        migrations.AddIndex(
            model_name="submission",
            index=models.Index(fields=["state", "lease_until"], name="submission_lease"),
        ),
        migrations.AddField(
            model_name="disclosure",
            name="endpoint",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="disclosures",
                to="reports.endpoint",
                verbose_name="endpoint",
            ),
        ),
        migrations.AddField(
            model_name="disclosure",
            name="service_request",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="disclosures",
                to="reports.servicerequest",
                verbose_name="service request",
            ),
        ),
        migrations.AddField(
            model_name="pushedupdate",
            name="submission",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="pushed_updates",
                to="reports.submission",
                verbose_name="submission",
            ),
        ),
        migrations.AddField(
            model_name="volunteermail",
            name="endpoint",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="reports.endpoint",
                verbose_name="endpoint",
            ),
        ),
        migrations.AddConstraint(
            model_name="pushedupdate",
            constraint=models.UniqueConstraint(fields=("submission", "update_id"), name="pushed_update_taken_once"),
        ),
        migrations.AddIndex(
            model_name="volunteermail",
            index=models.Index(fields=["state", "due_at"], name="volunteer_mail_due"),
        ),
        migrations.AddConstraint(
            model_name="volunteermail",
            constraint=models.UniqueConstraint(
                condition=models.Q(("endpoint__isnull", False)),
                fields=("email", "kind", "about", "endpoint"),
                name="volunteer_mail_once",
            ),
        ),
    ]
