from email.message import EmailMessage

import pytest

from reports.sandbox import make_app
from reports.sandbox.mail.clerk import Page
from reports.sandbox.wire import Ending

LINK = "http://127.0.0.1:8000/reply/secret-token/"
TEXT = """A resident reports the following.

Service: Street light
Place: 100 N Holliday St, Baltimore, MD 21202
       (39.29090, -76.61070)
Description: The lamp at the corner is out.
It has been dark for a week.

Reference: HC-7K2M-44
Name: Ada Lane
Phone: 410-555-0100

Answer the resident here; no account is needed:
{link}

Unsubscribe: http://127.0.0.1:8000/stop/
"""
FORM = """<!DOCTYPE html><html><body>
<form action="/language/" method="post"><select name="language"><option value="en">English</option></select></form>
<form method="post" action="../send/">
<input type="hidden" name="csrf" value="abc"><input type="hidden" name="drawn" value="17">
<label for="s">Status</label><select id="s" name="status">
<option value="">Choose</option><option value="a">Accepted</option><option value="w">Work is in progress</option>
<option value="d">Done</option><option value="t">Turned down</option></select>
<textarea name="note">
</textarea><input type="text" name="website" value=""><input type="file" name="photo">
<button type="submit" name="go" value="1">Send</button></form></body></html>"""
DAY = 86400


def letter(text=TEXT, *, link=LINK, to="311@baltimore.example", **headers) -> bytes:
    message = EmailMessage()
    message["From"] = "reports@site.example"
    message["To"] = to
    message["Subject"] = "Service request HC-7K2M-44: Street light"
    message["Reply-To"] = "Ada <ada@example.org>"
    message["Message-ID"] = "<1@site.example>"
    for name, value in headers.items():
        message[name] = value
    message.set_content(text.replace("{link}", link))
    message.add_attachment(b"\xff\xd8\xff", maintype="image", subtype="jpeg", filename="lamp.jpg")
    return message.as_bytes()


class Browser:
    """An opener that shows one page and keeps what is posted."""

    def __init__(self, page=FORM, after="<p>Thank you</p>", fails=False):
        self.page, self.after, self.fails = page, after, fails
        self.opened, self.posted = [], []

    def __call__(self, url, fields):
        self.opened.append(url)
        if self.fails:
            raise OSError("HTTP Error 410: Gone")
        if fields is None:
            return Page(url, self.page)
        self.posted.append(fields)
        return Page(url, self.after)


def held(sandbox):
    return sandbox.control.received()["cities"]["baltimore"]["requests"]


def test_a_message_is_read_like_a_person_reads(sandbox):
    answer = sandbox.receive_mail(letter())
    assert (answer.status, answer.ending) == (250, Ending.WHOLE)
    [request] = held(sandbox)
    assert request["service_code"] == "LIGHT"
    assert request["address_string"].startswith("100 N Holliday St")
    assert (request["lat"], request["long"]) == (39.2909, -76.6107)
    assert request["description"] == "The lamp at the corner is out.\nIt has been dark for a week."
    assert (request["email"], request["first_name"], request["phone"]) == (
        "ada@example.org",
        "Ada Lane",
        "410-555-0100",
    )
    assert request["more"]["reference"] == "HC-7K2M-44"
    assert request["more"]["reply_link"] == LINK
    assert request["photos"] == [
        {"field": "attachment", "filename": "lamp.jpg", "content_type": "image/jpeg", "bytes": 3}
    ]


def test_html_alone_will_do(sandbox):
    message = EmailMessage()
    message["To"] = "311@baltimore.example"
    message["Subject"] = "Hole"
    message.set_content(f'<p>Where: Main St</p><p>A pothole.</p><a href="{LINK}">Reply</a>', subtype="html")
    sandbox.receive_mail(message.as_bytes())
    [request] = held(sandbox)
    assert (request["service_code"], request["address_string"]) == ("POTHOLE", "Main St")
    assert request["more"]["reply_link"] == LINK


@pytest.mark.parametrize(
    "raw",
    [
        b"To: 311@baltimore.example\r\n\r\n",
        b"To: 311@baltimore.example\nContent-Type: text/plain; charset=nonsense\n\n\xff\xfe\x00",
        b"To: 311@baltimore.example\nContent-Type: multipart/mixed; boundary=x\n\nno boundary",
        b"To: 311@baltimore.example\nSubject: =?utf-8?b?/////?=\nReply-To: <<<\n\nLocation: 999.9999, 999.9999",
    ],
)
def test_what_is_hardly_a_message_is_taken_and_not_answered(sandbox, raw):
    assert sandbox.receive_mail(raw).status == 250
    browser = Browser()
    sandbox.clock.advance(10 * DAY)
    assert sandbox.clerk.work(browser) == 0
    assert browser.opened == []
    assert held(sandbox)[0]["service_code"] == "OTHER"


@pytest.mark.parametrize("raw", [b"", b"\xff\x00", b"To: someone@else.example\n\nHello", b"Cc: =?x?=\n\n"])
def test_what_is_addressed_to_nobody_here_is_refused(sandbox, raw):
    assert sandbox.receive_mail(raw).status == 550
    assert held(sandbox) == []


def test_the_clerk_fills_the_form_as_a_browser_would(sandbox):
    sandbox.receive_mail(letter())
    browser = Browser()
    assert sandbox.clerk.work(browser) == 0
    sandbox.clock.advance(DAY)
    read = []
    assert sandbox.clerk.work(browser, lambda: read.append(len(browser.posted))) == 1
    assert browser.opened == [LINK, "http://127.0.0.1:8000/reply/send/"]
    [fields] = browser.posted
    assert fields.keys() == {"csrf", "drawn", "status", "note", "website", "go"}
    assert (fields["csrf"], fields["drawn"], fields["website"]) == ("abc", "17", "")
    assert fields["status"] == "a"
    assert fields["note"]
    assert read == [0]
    assert sandbox.clerk.work(browser) == 0


@pytest.mark.parametrize(
    ("plan", "statuses"),
    [("ORDINARY", "awd"), ("CANCELLED", "at"), ("DUPLICATE", "d"), ("REOPENED", "awdwd"), ("DELAYED", "awwd")],
)
def test_the_status_is_chosen_by_its_words(sandbox, plan, statuses):
    sandbox.receive_mail(letter(TEXT + f"\nSANDBOX-PLAN-{plan}\n"))
    browser = Browser()
    sandbox.clock.advance(30 * DAY)
    assert sandbox.clerk.work(browser) == len(statuses)
    assert "".join(fields["status"] for fields in browser.posted) == statuses


def test_the_desks_own_number_goes_where_it_is_asked_for(sandbox):
    page = FORM.replace("<textarea", '<label for="n">Your own number</label><input name="own" id="n"><textarea', 1)
    sandbox.receive_mail(letter())
    sandbox.clock.advance(DAY)
    browser = Browser(page)
    sandbox.clerk.work(browser)
    assert browser.posted[0]["own"] == held(sandbox)[0]["service_request_id"] == "26-00410001"
    assert browser.posted[0]["website"] == ""


def test_radio_buttons_and_a_page_without_words_for_it(sandbox):
    page = """<form method="POST"><label><input type="radio" name="s" value="1" checked> Open</label>
    <input type="radio" name="s" value="2" id="b"><label for="b">Finished</label>
    <input type="checkbox" name="agree" value="y" required><input name="who" required>
    <textarea name="n">as it was</textarea></form>"""
    sandbox.receive_mail(letter(TEXT + "\nSANDBOX-PLAN-DUPLICATE\n"))
    sandbox.clock.advance(3 * DAY)
    browser = Browser(page)
    assert sandbox.clerk.work(browser) == 1
    [fields] = browser.posted
    assert (fields["s"], fields["agree"], fields["who"]) == ("1", "y", "Desk")
    assert browser.opened[1] == LINK
    sandbox.state.write_status("baltimore", held(sandbox)[0]["service_request_id"], "closed", "Lamp replaced")
    assert sandbox.clerk.work(browser) == 1
    assert (browser.posted[1]["s"], browser.posted[1]["n"]) == ("2", "Lamp replaced")


@pytest.mark.parametrize(
    "link", ["http://city.example/reply/1/", "https://127.0.0.1.evil.example/", "http://user@evil.example/reply", LINK]
)
def test_only_this_machine_and_named_hosts_are_opened(link):
    sandbox = make_app(clerk_hosts=("city.example",))
    sandbox.receive_mail(letter(link=link))
    sandbox.clock.advance(DAY)
    browser = Browser()
    sandbox.clerk.work(browser)
    assert bool(browser.opened) == ("evil" not in link)
    if "evil" in link:
        assert "does not open" in held(sandbox)[0]["more"]["trouble"]


def test_a_form_that_leads_elsewhere_is_not_sent(sandbox):
    sandbox.receive_mail(letter())
    sandbox.clock.advance(DAY)
    browser = Browser(FORM.replace("../send/", "http://evil.example/"))
    assert sandbox.clerk.work(browser) == 0
    assert browser.posted == []


@pytest.mark.parametrize(
    "browser", [Browser(fails=True), Browser("<p>Not a form</p>"), Browser("<form>"), Browser('<form method="post">')]
)
def test_what_fails_is_tried_a_few_times_and_then_let_be(sandbox, browser):
    sandbox.receive_mail(letter())
    sandbox.clock.advance(DAY)
    for _ in range(9):
        assert sandbox.clerk.work(browser) == 0
    assert len(browser.opened) == 5
    assert held(sandbox)[0]["more"]["trouble"]


def test_a_form_that_comes_back_was_not_taken(sandbox):
    class Impatient(Browser):
        def __call__(self, url, fields):
            page = super().__call__(url, fields)
            if fields and len(self.posted) == 1:
                return Page(url, FORM.replace("</textarea>", f"{fields['note']}</textarea>"))
            return page

    sandbox.receive_mail(letter())
    sandbox.clock.advance(DAY)
    browser = Impatient()
    assert [sandbox.clerk.work(browser), sandbox.clerk.work(browser), sandbox.clerk.work(browser)] == [0, 1, 0]


@pytest.mark.parametrize(
    ("word", "first", "second", "stored"),
    [
        ("503", 451, 250, 1),
        ("429", 451, 250, 1),
        ("RESET", 451, 250, 1),
        ("REFUSE", 550, 550, 0),
        ("HTML-200", 0, 0, 0),
        ("DUPLICATE", 250, 250, 1),
        ("LOST-ANSWER", 250, 250, 2),
        ("DROP-MIDWAY", 250, 250, 2),
    ],
)
def test_magic_words(sandbox, word, first, second, stored):
    raw = letter(TEXT + f"\nSANDBOX-{word}\n")
    assert [sandbox.receive_mail(raw).status, sandbox.receive_mail(raw).status] == [first, second]
    assert len(held(sandbox)) == stored


@pytest.mark.parametrize(
    ("kind", "status", "ending", "stored"),
    [
        ("503", 421, Ending.WHOLE, 0),
        ("wrong-key", 550, Ending.WHOLE, 0),
        ("500", 554, Ending.WHOLE, 0),
        ("reset", 451, Ending.RESET, 0),
        ("lost-answer", 250, Ending.HELD, 1),
        ("504", 250, Ending.MIDWAY, 1),
        ("malformed", 0, Ending.WHOLE, 1),
        ("slow", 250, Ending.WHOLE, 1),
    ],
)
def test_faults(cities, kind, status, ending, stored):
    cities.control("fault", kind=kind, city="baltimore", operation="post", count=1)
    answer = cities.sandbox.receive_mail(letter())
    assert (answer.status, answer.ending, len(held(cities.sandbox))) == (status, ending, stored)
    assert cities.sandbox.receive_mail(letter()).status == 250


def test_the_state_keeps_what_the_clerk_has_told(tmp_path):
    path = tmp_path / "state.json"
    sandbox = make_app(path)
    sandbox.receive_mail(letter())
    sandbox.state.move_clock(lambda clock: clock.advance(DAY))
    assert sandbox.clerk.work(Browser()) == 1
    again = make_app(path)
    assert again.clerk.work(Browser()) == 0
    again.clock.advance(10 * DAY)
    assert again.clerk.work(Browser()) == 2


def test_on_the_web_there_is_only_a_page(cities):
    page = cities.session.get(f"{cities.host}/baltimore/", timeout=5)
    assert (page.status_code, "311@baltimore.example" in page.text) == (200, True)
    assert cities.session.get(f"{cities.host}/baltimore/services.json", timeout=5).status_code == 404
    assert cities.session.post(f"{cities.host}/baltimore/", timeout=5).status_code == 404
