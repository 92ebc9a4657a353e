"""A filing, or a comment, to the form of API v2."""

from collections.abc import Sequence
from typing import Final

from reports.dialects.errors import BadRequest
from reports.dialects.georeport_v2.write import degrees
from reports.dialects.messages import Answer, Comment, Datatype, Filing, Photo
from reports.dialects.seeclickfix_v2.options import Options
from reports.dialects.seeclickfix_v2.words import DESCRIPTION, IMAGE, SUMMARY
from reports.http import Upload

Field = tuple[str, str]
TITLE: Final = 80  # characters of a title made from a text


def check_filing(filing: Filing, description_max: int) -> None:
    """Raise `BadRequest`, before anything is sent, where SeeClickFix is known to refuse the filing as it stands."""
    problems = []
    if filing.lat is None or filing.long is None:
        problems.append("This body needs the exact place on the map.")
    if len(filing.description) > description_max:
        problems.append(f"The description may have {description_max} characters at most.")
    if problems:
        raise BadRequest(" ".join(problems), operation="post_service_request", messages=tuple(problems))


def write_filing(filing: Filing, options: Options) -> list[Field]:
    """The form's fields in their fixed order. What is empty is not sent."""
    fields = [
        ("lat", degrees(filing.lat)),
        ("lng", degrees(filing.long)),
        ("address", filing.address_string),
        ("request_type_id", filing.service_code),
        (f"answers[{SUMMARY}]", title(filing)),
        (f"answers[{DESCRIPTION}]", filing.description),
        *(field for answer in filing.answers for field in _answer(answer)),
        ("anonymize_reporter", "true" if options.anonymize_reporter else ""),
        ("device_id", filing.device_id),
    ]
    return [(name, value) for name, value in fields if value.strip()]


def title(filing: Filing) -> str:
    """A title, which GeoReport does not have: the service's name, else the first words of the text."""
    if filing.service_name.strip():
        return filing.service_name.strip()
    line = next(filter(None, map(str.strip, filing.description.splitlines())), filing.reference)
    return line if len(line) <= TITLE else line[:TITLE].rpartition(" ")[0] or line[:TITLE]


def _answer(answer: Answer) -> list[Field]:
    if answer.datatype is Datatype.MULTIVALUELIST:
        return [(f"answers[{answer.code}][]", value) for value in answer.values]
    return [(f"answers[{answer.code}]", value) for value in answer.values[:1]]


def write_comment(comment: Comment) -> list[Field]:
    """A comment has words and nothing of its writer: it stands under the name of the account that files."""
    return [("comment", comment.text)]


def uploads(photos: Sequence[Photo], field: str = f"answers[{IMAGE}]") -> tuple[Upload, ...]:
    """The first photo, the only one that SeeClickFix takes."""
    return tuple(Upload(field, each.filename, each.content, each.content_type) for each in photos[:1])
