"""A filing, or a comment, to Rails' nested form. Always in the body: a query would put the text and the e-mail address
into every log on its way, as the Ruby client did."""

from reports.dialects.georeport_v2.write import degrees
from reports.dialects.messages import Comment, Filing
from reports.dialects.seeclickfix_v2.write import Field, title

IMAGE = "issue[issue_image_attributes][uploaded_data]"
COMMENT_IMAGE = "comment[comment_image_attributes][uploaded_data]"
_ANSWERS = "issue[request_type_answers_attributes][]"


def write_filing(filing: Filing) -> list[Field]:
    """The form's fields in their fixed order; what is empty is not sent. `reporter_display` never is: it is the name
    that the public sees."""
    fields = [
        ("issue[summary]", title(filing)),
        ("issue[lat]", degrees(filing.lat)),
        ("issue[lng]", degrees(filing.long)),
        ("issue[address]", filing.address_string),
        ("issue[description]", filing.description),
        ("issue[reporter_email]", filing.email),
        ("issue[request_type_id]", filing.service_code),
    ]
    written = [(name, value) for name, value in fields if value.strip()]
    for answer in filing.answers:
        for value in filter(str.strip, answer.values):  # Rails pairs what follows one another
            written += [(f"{_ANSWERS}[request_type_question_primary_key]", answer.code), (f"{_ANSWERS}[answer]", value)]
    return written


def write_comment(comment: Comment, email: str) -> list[Field]:
    """A comment, which has to have an e-mail address."""
    return [("comment[comment]", comment.text), ("comment[email]", email)]
