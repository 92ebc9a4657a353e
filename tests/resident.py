"""A resident at a browser without JavaScript: opens pages, fills in the form that is there, presses its button."""

from typing import Any
from urllib.parse import urljoin

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from lxml import html


class Resident:
    """Follows redirects as a browser does, keeps no cookie, and fails the test on any page that is not there."""

    def __init__(self) -> None:
        self.client = Client(headers={"sec-fetch-site": "same-origin"})
        self.url = self.posted_to = ""
        self.posted: dict[str, Any] = {}
        self.page: Any = None

    def open(self, url: str, status: int = 200) -> "Resident":
        """Open an address."""
        return self._arrive(self.client.get(url, follow=True), url, status)

    def fill_in(self, button: str = "", status: int = 200, **fields: Any) -> "Resident":
        """Fill in the page's question form and press its button (named `button` where there are several)."""
        self.posted_to = self._action()
        self.posted = self.form_data() | {name.replace("__", "-"): value for name, value in fields.items()}
        if button:
            name, _equals, value = button.partition("=")
            own = self.page.xpath("//button[@name=$name]/@value", name=name)
            self.posted[name] = value or (own[0] if own else "1")
        return self.post_again(status)

    def post_again(self, status: int = 200) -> "Resident":
        """Post the last form once more, as a double click or a reload does."""
        for value in self.posted.values():
            if isinstance(value, SimpleUploadedFile):
                value.seek(0)
        return self._arrive(self.client.post(self.posted_to, self.posted, follow=True), self.posted_to, status)

    def follow(self, text: str) -> "Resident":
        """Follow the link with this text."""
        links = [link for link in self.page.iter("a") if text in link.text_content()]
        assert links, f"no link “{text}” on {self.url}: {[link.text_content().strip() for link in self.page.iter('a')]}"
        return self.open(urljoin(self.url, links[0].get("href")))

    def form_data(self) -> dict[str, Any]:
        """What the question form would post as it stands."""
        values: dict[str, list[Any]] = {}
        for name, value in self._form().form_values():
            values.setdefault(name, []).append(value)
        return dict(values)

    @property
    def heading(self) -> str:
        """The page's question."""
        return " ".join(self.page.xpath("string(//h1)").split())

    @property
    def text(self) -> str:
        """All of the page's words."""
        return " ".join(self.page.xpath("string(//body)").split())

    def _form(self) -> Any:
        forms = [form for form in self.page.forms if form.method == "POST"]
        assert len(forms) >= 1, f"no form on {self.url}"
        return forms[0]

    def _action(self) -> str:
        return urljoin(self.url, self._form().action or self.url)

    def _arrive(self, response: Any, url: str, status: int) -> "Resident":
        self.url = response.redirect_chain[-1][0] if response.redirect_chain else url
        assert response.status_code == status, f"{self.url}: {response.status_code}"
        assert not self.client.cookies, f"{self.url} set a cookie"
        self.page = html.fromstring(response.content.decode())
        return self
