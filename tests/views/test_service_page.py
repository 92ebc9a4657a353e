"""The list of services: folded, most reported first, found by residents' words; whom to call before anything else."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from reports import clock
from reports.models import CallNowRule, Draft, MirroredRequest, Service, ServiceOverride, ServiceRequest
from tests.factories import LAT, LONG, make_jurisdiction, make_service, make_service_request, square
from tests.resident import Resident
from tests.views.progressing import begun, open_page, url

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reporting")]


@pytest.fixture
def many(service: Service) -> list[Service]:
    """Twenty services in five groups beside the pothole, which is in none."""
    return [
        make_service(service.endpoint, service_name=f"Kind {number}", group=f"Group {number % 5}")
        for number in range(20)
    ]


def groups(resident: Resident) -> list[tuple[str, bool]]:
    """The groups with whether they are open."""
    found = resident.page.xpath("//*[@data-group]")
    return [(each.xpath("string(.//h2)"), each.tag != "details" or each.get("open") is not None) for each in found]


def test_few_services_are_shown_at_once_and_many_fold(service: Service, many: list[Service]) -> None:
    resident = open_page(begun(), "service")
    assert [open_ for _name, open_ in groups(resident)] == [True, *[False] * 5]
    Service.objects.filter(group__in=["Group 1", "Group 2", "Group 3"]).delete()
    assert all(open_ for _name, open_ in groups(open_page(begun(), "service")))


def test_the_chosen_ones_group_and_what_is_searched_are_open(service: Service, many: list[Service]) -> None:
    resident = open_page(begun(many[3]), "service")
    assert dict(groups(resident))["Group 3"]
    assert resident.form_data()["service"] == [str(many[3].pk)]
    found = Resident().open(url(begun(), "service") + "?q=kind+4")
    assert groups(found) == [("Group 4", True)]


def test_every_radio_is_in_one_group_and_each_service_there_once(service: Service, many: list[Service]) -> None:
    make_service_request(many[7])
    resident = open_page(begun(), "service")
    values = resident.page.xpath("//input[@name='service'][@type='radio']/@value")
    assert sorted(values) == sorted([*(str(each.pk) for each in [service, *many]), "none"])
    assert groups(resident)[0] == ("Most reported here", True)
    assert [label.text_content() for label in resident.page.xpath("(//*[@data-group])[1]//label")] == ["Kind 7"]
    assert resident.page.get_element_by_id("id_service_0").get("value") == str(many[7].pk)


def test_what_counts_as_reported_here(service: Service, many: list[Service]) -> None:
    old = clock.now() - timedelta(days=400)
    for fields in ({"hidden": True}, {"private": True}, {"requested_datetime": old}, {"lat": LAT + 0.04}):
        for _each in range(3):
            make_service_request(many[1], **fields)
    make_service_request(many[2])
    code = many[3].service_code
    for number in range(2):
        MirroredRequest.objects.create(
            endpoint=service.endpoint, service_request_id=str(number), service_code=code, status="open", lat=LAT,
            long=LONG, requested_datetime=clock.now(),
        )  # fmt: skip
    ServiceOverride.objects.create(service=many[9], order=-1)
    resident = open_page(begun(), "service")
    labels = [label.text_content() for label in resident.page.xpath("(//*[@data-group])[1]//label")]
    assert labels == ["Kind 9", "Kind 3", "Kind 2"]


def test_the_counting_costs_two_queries_on_an_index_and_is_remembered(service: Service, many: list[Service]) -> None:
    make_service_request(many[0])
    draft = begun()
    cache.clear()
    with CaptureQueriesContext(
        connection,
    ) as first:
        open_page(draft, "service")
    counting = [query["sql"] for query in first if "COUNT(" in query["sql"] and "GROUP BY" in query["sql"]]
    assert len(counting) == 2
    with CaptureQueriesContext(connection) as second:
        open_page(draft, "service")
    assert not [query for query in second if "GROUP BY" in query["sql"]]
    more = [make_service(service.endpoint, service_name=f"More {number}") for number in range(30)]
    with CaptureQueriesContext(connection) as third:
        open_page(draft, "service")
    assert len(third) == len(second), f"{len(more)} more services cost queries of their own"


def test_a_catch_all_stands_at_the_end_and_none_of_these_says_whom_to_call(service: Service) -> None:
    make_service(service.endpoint, service_name="Other", group="Streets")
    make_service(service.endpoint, service_name="Graffiti, other walls", group="Streets")
    draft = begun()
    resident = open_page(draft, "service")
    assert groups(resident)[-1] == ("Something else", True)
    resident.fill_in(service="none")
    assert resident.heading == "Whom to call when nothing in the list fits"
    assert resident.page.xpath("//main//a[@href='tel:217-555-0100']")
    draft.refresh_from_db()
    assert "service" not in draft.answers


@pytest.mark.parametrize(
    ("words", "name"),
    [("baches", "Pothole"), ("hueco", "Pothole"), ("RATAS", "Rodent baiting"), ("grafiti", "Graffiti removal"),
     ("luminaria", "Street Light Out"), ("farola", "Street Light Out"), ("árboles", "Tree trim"),
     ("carro abandonado", "Abandoned Vehicle"), ("basura", "Missed trash"), ("rubbish", "Missed trash"),
     ("banqueta", "Sidewalk: trip hazard"), ("pavement", "Sidewalk: trip hazard"), ("car", "Abandoned Vehicle")],
)  # fmt: skip
def test_residents_words_find_the_citys(service: Service, words: str, name: str) -> None:
    for each in ("Rodent baiting", "Graffiti removal", "Street Light Out", "Tree trim", "Abandoned Vehicle",
                 "Missed trash", "Sidewalk: trip hazard"):  # fmt: skip
        make_service(service.endpoint, service_name=each)
    resident = Resident().open(url(begun(), "service") + f"?q={words}")
    labels = [label.text_content() for label in resident.page.xpath("//label[@class='choice__label']")]
    assert name in labels
    assert labels[-1] == "None of these"
    assert len(labels) <= 3


@pytest.mark.parametrize("query", ["x" * 10_240, "%00", "a%00b", "%22%3E%3Cscript%3E", "(((", "%F0%9F%95%B3"])
def test_odd_searches_find_nothing_and_break_nothing(service: Service, query: str) -> None:
    resident = Resident().open(url(begun(), "service") + f"?q={query}")
    assert "What is the problem?" in resident.heading
    assert not resident.page.xpath("//main//script")


# --- whom to call first --------------------------------------------------------------------------------------------


def test_a_service_that_calls_first_says_so_before_its_questions(service: Service) -> None:
    ServiceOverride.objects.create(service=service, call_now="Call the crew at night.")
    draft = begun()
    resident = open_page(draft, "service").fill_in(service=str(service.pk))
    assert "Call the crew at night." in resident.text
    assert resident.page.xpath("//main//a[@href='tel:217-555-0100']")
    draft.refresh_from_db()
    assert "service" not in draft.answers
    resident.fill_in()
    assert resident.heading.endswith("Pothole")
    draft.refresh_from_db()
    assert draft.answers["service"]["called"] is True
    assert open_page(draft, "service").fill_in().heading.endswith("Pothole")  # told once


def test_a_service_chosen_by_a_link_calls_first_too(service: Service) -> None:
    ServiceOverride.objects.create(service=service, call_now="Call the crew at night.")
    resident = open_page(begun(service), "attributes")
    assert "Call the crew at night." in resident.text
    assert resident.fill_in().heading.endswith("Pothole")


def test_a_link_calls_first_before_it_asks_about_what_is_near(service: Service) -> None:
    ServiceOverride.objects.create(service=service, call_now="Call the crew at night.")
    make_service_request(service)
    resident = Resident().open(f"/report/?lat={LAT}&long={LONG}&service={service.service_code}").fill_in()
    assert "Call the crew at night." in resident.text
    assert resident.fill_in().heading == "Has it been reported already?"
    assert resident.fill_in("different").heading.endswith("Pothole")


def test_another_service_has_to_be_told_of_again(service: Service) -> None:
    other = make_service(service.endpoint, service_name="Wire down")
    ServiceOverride.objects.create(service=other, call_now="Call 911.")
    ServiceOverride.objects.create(service=service, call_now="Call the crew.")
    resident = open_page(begun(), "service").fill_in(service=str(service.pk)).fill_in()
    draft = Draft.objects.get()
    assert resident.heading.endswith("Pothole")
    assert "Call 911." in open_page(draft, "service").fill_in(service=str(other.pk)).text


def test_a_forged_or_foreign_post_goes_nowhere(service: Service) -> None:
    ServiceOverride.objects.create(service=service, call_now="Call.")
    draft = begun()
    resident = open_page(draft, "service").fill_in(service=str(service.pk))
    resident.fill_in(form_key="forged", status=400)
    draft.refresh_from_db()
    assert "service" not in draft.answers


def rule(**fields: Any) -> CallNowRule:
    return CallNowRule.objects.create(**({"words": "gas leak, fuga de gas", "message": "Call 911 now."} | fields))


def test_words_of_an_emergency_in_a_search(service: Service) -> None:
    rule(phone="911")
    resident = Resident().open(url(begun(), "service") + "?q=Gas++leak")
    assert "Call 911 now." in resident.text
    assert resident.page.xpath("//main//*[@role='alert']//a[@href='tel:911']")
    assert "Call 911 now." not in Resident().open(url(begun(), "service") + "?q=light").text


ANSWERS = {"attribute_plate": "ABC 1", "description": "I smell it: a gas  LEAKAGE."}


def test_words_of_an_emergency_in_a_report_are_answered_once_and_nothing_is_lost(service: Service) -> None:
    rule(phone="911")
    draft = begun(service)
    resident = open_page(draft, "attributes").fill_in(**ANSWERS)
    assert "Call 911 now." in resident.text
    assert resident.form_data()["description"][0].strip() == ANSWERS["description"]
    draft.refresh_from_db()
    assert "attributes" not in draft.answers
    resident.fill_in()
    draft.refresh_from_db()
    assert draft.answers["attributes"]["called"] is True
    assert resident.heading != "Pothole"
    assert "Call 911 now." not in open_page(draft, "attributes").fill_in().text


@pytest.mark.parametrize(
    ("fields", "meant"),
    [({}, True), ({"active": False}, False), ({"locale": "en"}, True), ({"locale": "es"}, False),
     ({"words": "leak"}, True), ({"words": "eak"}, False), ({"words": ", ,"}, False), ({"words": "(gas"}, False)],
)  # fmt: skip
def test_which_rules_count(service: Service, fields: dict[str, Any], meant: bool) -> None:
    rule(**fields)
    resident = open_page(begun(service), "attributes").fill_in(**ANSWERS)
    assert ("Call 911 now." in resident.text) is meant


def test_a_rule_of_another_body_says_nothing_here(service: Service) -> None:
    rule(jurisdiction=make_jurisdiction("Shelbyville", boundary=square(40.4, -88.8)))
    assert "Call 911 now." not in open_page(begun(service), "attributes").fill_in(**ANSWERS).text
    rule(jurisdiction=service.endpoint.jurisdiction)
    assert "Call 911 now." in open_page(begun(service), "attributes").fill_in(**ANSWERS).text


# --- notices and their season --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "last", "shown"),
    [(None, None, True), (-1, 1, True), (0, 0, True), (1, None, False), (None, -1, False), (None, 0, True)],
)
def test_a_notice_has_its_season(service: Service, first: int | None, last: int | None, shown: bool) -> None:
    today = clock.now().astimezone(service.endpoint.jurisdiction.zone).date()

    def day(offset: int | None) -> date | None:
        return None if offset is None else today + timedelta(days=offset)

    service.city_notice = "The city says so."
    service.save()
    ServiceOverride.objects.create(
        service=service, notice="Snow first.", notice_from=day(first), notice_until=day(last)
    )
    page = open_page(begun(service), "attributes").text
    assert ("Snow first." in page) is shown
    assert ("The city says so." in page) is not shown


# --- questions that change on the way ------------------------------------------------------------------------------


def test_conditions_that_come_between_opening_and_filing_are_asked_about_and_lose_nothing(service: Service) -> None:
    resident = open_page(begun(service), "attributes").fill_in(attribute_plate="ABC 1", description="Deep.")
    resident.fill_in().fill_in()
    assert resident.heading == "Check your answers"
    ServiceOverride.objects.create(service=service, conditions={"story": {"all": [{"code": "where", "is": ["kerb"]}]}})
    resident.fill_in()
    assert resident.heading.endswith("Pothole")
    assert not ServiceRequest.objects.exists()
    assert resident.form_data()["description"][0].strip() == "Deep."
    resident.fill_in(attribute_plate="ABC 1", attribute_where="kerb")
    assert "further questions" in resident.text
    resident.fill_in(attribute_story="It began in May.")
    assert resident.heading == "Check your answers"
    assert "It began in May." in resident.text
