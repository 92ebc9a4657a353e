"""SeeClickFix API v2: what is said under an issue, and how its status is changed."""

from tests.sandbox.seeclickfix_calls import JPEG, KEY, OFFICIAL, get, post, report


def test_comments_of_officials_and_of_others(cities):
    report(cities)
    cities.sandbox.clock.advance(86400)
    sent = post(
        cities,
        "issues/16204301/comments",
        form={"comment": "It grows"},
        files={"image": ("p.png", JPEG, "image/png")},
    )
    assert sent.status_code == 201
    assert sent.json().keys() == {"moderated", "created_at"}
    cities.sandbox.clock.advance(6 * 86400)
    comments = get(cities, "issues/16204301/comments", headers={}).json()["comments"]
    roles = [comment["commenter"]["role"] for comment in comments]
    assert roles == ["Verified Official", "Registered User", "Verified Official", "Verified Official"]
    assert comments[1]["comment"] == "It grows"
    assert [comment["created_at"] for comment in comments] == sorted(comment["created_at"] for comment in comments)
    [held] = cities.received("cambridge")
    assert held["comments"][0]["text"] == "It grows"
    assert held["more"]["comment_images"][0]["filename"] == "p.png"


def test_a_clerks_words_are_an_officials(cities):
    report(cities)
    cities.control("comment", city="cambridge", service_request_id="16204301", text="A crew is on its way.")
    [said] = get(cities, "issues/16204301/comments").json()["comments"]
    assert (said["comment"], said["commenter"]["role"]) == ("A crew is on its way.", "Verified Official")


def test_what_a_comment_has_to_be(cities):
    report(cities)
    path = "issues/16204301/comments"
    assert post(cities, path, form={"comment": " "}).status_code == 422
    assert post(cities, path, form={"comment": "x"}, headers={}).status_code == 401
    assert post(cities, "issues/1/comments", form={"comment": "x"}).status_code == 404
    assert post(cities, path, form={"comment": "x"}, files={"image": ("a.txt", b"a", "text/plain")}).status_code == 422
    held = post(cities, path, form={"comment": "SANDBOX-MODERATED"})
    assert (held.status_code, held.json()) == (202, {"metadata": {"moderated": True}})
    assert get(cities, path).json()["comments"] == []


def test_transitions_by_their_addresses(cities):
    issue = report(cities).json()
    assert set(issue["transitions"]) == {"close_url"}
    assert set(get(cities, "issues/16204301", headers=OFFICIAL).json()["transitions"]) == {
        "close_url",
        "acknowledge_url",
    }
    assert get(cities, "issues/16204301", headers={}).json()["transitions"] == {}

    def go(url, headers=KEY, **form):
        return cities.session.post(url, data=form, headers=headers, timeout=5).status_code

    cities.sandbox.clock.advance(60)
    assert go(issue["transitions"]["close_url"]) == 422
    assert go(issue["url"] + "/acknowledge", comment="Seen") == 403
    assert go(issue["url"] + "/acknowledge", OFFICIAL, comment="Seen") == 201
    cities.sandbox.clock.advance(60)
    assert get(cities, "issues/16204301").json()["status"] == "Acknowledged"
    assert go(issue["transitions"]["close_url"], comment="Filled by somebody") == 201
    closed = get(cities, "issues/16204301").json()
    assert (closed["status"], set(closed["transitions"])) == ("Closed", {"open_url"})
    assert go(issue["transitions"]["close_url"], comment="Twice") == 422
    assert go(closed["transitions"]["open_url"], comment="It is back") == 201
    assert get(cities, "issues/16204301").json()["status"] == "Open"
