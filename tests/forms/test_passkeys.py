"""What a browser answers is read with care: anybody may make it up."""

import struct

import pytest
from cryptography.exceptions import InvalidSignature
from django.core.exceptions import ValidationError

from reports.forms.passkeys import JUNK, MOST, junk_refused, readable


@pytest.mark.parametrize("error", [KeyError("rawId"), InvalidSignature(), struct.error("short"), AttributeError("get")])
def test_what_reading_fails_with_is_an_error_of_the_form(error: Exception) -> None:
    with pytest.raises(ValidationError, match="could not be read"), junk_refused():
        raise error


def test_allauths_own_words_stay_and_a_fault_of_ours_is_not_hidden() -> None:
    with pytest.raises(ValidationError, match="Incorrect code"), junk_refused():
        raise ValidationError("Incorrect code")
    assert not issubclass(OSError, JUNK), "a database that is away is no junk"


@pytest.mark.parametrize("credential", [[], 1, "text", None, {"a": "\x00"}, {"a": "x" * MOST}])
def test_what_cannot_be_kept(credential: object) -> None:
    with pytest.raises(ValidationError):
        readable(credential)


def test_an_answer_is_handed_on_as_it_is() -> None:
    assert readable({"rawId": "YQ"}) == {"rawId": "YQ"}
