"""The filing that the contracts send, and the key and the time that go with it."""

from datetime import UTC, datetime, timedelta

from reports.dialects.messages import Comment, Filing, Place, Window

KEY = "contract-key-9271"
NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
WINDOW = Window(NOW - timedelta(days=7), NOW)
FILING = Filing(
    reference="RF-2K7Q",
    service_code="POTH",
    description="A hole as deep as a hand.\n\n[RF-2K7Q]",
    requested_datetime=NOW,
    lat=41.8837,
    long=-87.632,
    address_string="121 N La Salle St",
    email="resident@example.org",
)
PLACE = Place(41.8837, -87.632)
COMMENT = Comment(key="5f2f7c1e", text="It is still there.", datetime=NOW)
