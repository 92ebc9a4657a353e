"""Comments in the admin: hidden, sent again, left; and lines of history that are shown or not."""

import pytest
from django.test import Client

from reports import clock
from reports.models import Comment, CommentState, StatusUpdate
from tests.delivery.conftest import script
from tests.delivery.talkative import Script, make_delivered
from tests.factories import make_status_update

__all__ = ["script"]
pytestmark = pytest.mark.django_db
State = CommentState
LIST = "/admin/reports/comment/"


@pytest.fixture
def comment(script: Script) -> Comment:
    request = make_delivered().request
    return Comment.objects.create(service_request=request, text="Still there", state=State.UNCERTAIN, due_at=None)


def act(staff: Client, action: str, *rows: Comment | StatusUpdate) -> str:
    path = LIST if isinstance(rows[0], Comment) else "/admin/reports/statusupdate/"
    return staff.post(
        path, {"action": action, "_selected_action": [row.pk for row in rows]}, follow=True
    ).content.decode()


def test_a_comment_is_read_and_hidden_and_nothing_else_changes(staff: Client, comment: Comment) -> None:
    assert "Still there" in staff.get(LIST).content.decode()
    data = {"hidden": "on", "text": "rewritten", "state": "sent", "media-TOTAL_FORMS": "0", "media-INITIAL_FORMS": "0"}
    assert staff.post(f"{LIST}{comment.pk}/change/", data).status_code == 302
    comment.refresh_from_db()
    assert (comment.hidden, comment.text, comment.state) == (True, "Still there", State.UNCERTAIN)
    assert staff.get(f"{LIST}add/").status_code == 403
    assert staff.post(f"{LIST}{comment.pk}/delete/", {"post": "yes"}).status_code == 403


@pytest.mark.parametrize(("action", "state"), [("send_again", State.PENDING), ("leave", State.KEPT)])
def test_what_the_machine_gave_up_on_is_decided(
    staff: Client, comment: Comment, action: str, state: CommentState
) -> None:
    busy = Comment.objects.create(
        service_request=comment.service_request, text="x", state=State.UNCERTAIN, due_at=clock.now()
    )
    said = act(staff, action, comment, busy)
    assert "Done for 1 comment." in said
    assert "1 of them waits for no volunteer" in said
    comment.refresh_from_db()
    busy.refresh_from_db()
    assert (comment.state, busy.state) == (state, State.UNCERTAIN)
    assert "1 of them waits for no volunteer" in act(staff, action, comment)


def test_a_line_of_history_is_hidden_and_shown_again_and_never_rewritten(staff: Client) -> None:
    line = make_status_update(by_body=True, is_comment=True, status_notes="Libel")
    page = line.service_request.get_absolute_url()
    assert "Libel" in Client().get(page).content.decode()
    act(staff, "hide", line)
    assert "Libel" not in Client().get(page).content.decode()
    act(staff, "show", line)
    assert "Libel" in Client().get(page).content.decode()
    line.status_notes = "Rewritten"
    with pytest.raises(TypeError, match="never edited"):
        line.save(update_fields=["hidden", "status_notes"])


def test_the_page_of_a_report_lists_its_comments(staff: Client, comment: Comment) -> None:
    page = staff.get(f"/admin/reports/servicerequest/{comment.service_request_id}/change/").content.decode()
    assert "Still there" in page
