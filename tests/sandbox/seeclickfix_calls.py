"""Calls to the fake API v2 of SeeClickFix."""

import requests

BASE = "/scf/api/v2/"
POINT = {"lat": "42.3736", "lng": "-71.1097"}
KEY = {"Authorization": "Bearer sandbox-key"}
OFFICIAL = {"Authorization": "Bearer cambridge-official-key"}
POTHOLE = {
    **POINT,
    "address": "795 Massachusetts Ave, Cambridge, MA 02139",
    "request_type_id": "3310",
    "answers[8810]": "ROAD",
    "answers[summary]": "Deep hole",
    "answers[description]": "In front of City Hall",
}
JPEG = b"\xff\xd8\xff\xe0" + b"\x00" * 40


def get(cities, path, *, headers=KEY, **query) -> requests.Response:
    return cities.session.get(cities.host + BASE + path, params=query, headers=headers, timeout=5)


def post(cities, path="issues", *, headers=KEY, form=None, **options) -> requests.Response:
    return cities.session.post(cities.host + BASE + path, data=form, headers=headers, timeout=5, **options)


def report(cities, **fields) -> requests.Response:
    return post(cities, form={name: value for name, value in (POTHOLE | fields).items() if value is not None})
