"""What bodies said last of reports, as everybody may read it: for lists of reports that do not show the history."""

from collections.abc import Sequence

from reports.models import StatusUpdate


def last_notes(keys: Sequence[int]) -> dict[int, str]:
    """By report, of those with these keys of which a body said anything. One query.

    The column of the report itself has what the body's row says now, also where the same words were hidden by a
    volunteer, or made private by the body, in the history.
    """
    said = StatusUpdate.objects.filter(
        service_request__in=keys, by_body=True, is_comment=False, private=False, hidden=False
    ).exclude(status_notes="")
    return dict(said.order_by("datetime", "pk").values_list("service_request_id", "status_notes"))
