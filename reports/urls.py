"""Every address of the site but those of accounts and the admin, which `civic.urls` adds.

`urlpatterns` are pages for people, in the language of their path; `machine_patterns` have no language.
"""

from django.urls import URLPattern, URLResolver, include, path

from reports.api.service_request_updates import service_request_updates
from reports.views import (
    account,
    health,
    home,
    missing,
    offers,
    photos,
    places,
    privacy,
    reply,
    security,
    shell,
    unsubscribe,
)
from reports.views.report.attributes import AttributesPage
from reports.views.report.check import CheckPage
from reports.views.report.contact import ContactPage
from reports.views.report.done import DonePage
from reports.views.report.duplicates import DuplicatesPage
from reports.views.report.media import MediaPage
from reports.views.report.place import PlacePage
from reports.views.report.service import ServicePage
from reports.views.service_requests import (
    abuse,
    comments,
    confirm,
    fixed,
    mirrored,
    reopening,
    sheet,
    take_away,
    taking_part,
)
from reports.views.service_requests import browse as service_requests

requests_patterns = [
    path("", service_requests.listing, name="list"),
    path("map/", service_requests.map_page, name="map"),
    path("map.geojson", service_requests.data, name="data"),
    path("find/", service_requests.find, name="find"),
    path("mirrored/", mirrored.listing, name="mirrored"),
    path("<str:reference>/", service_requests.detail, name="detail"),
    path("<str:reference>/comments/", comments.comment, name="comment"),
    path("<str:reference>/report-abuse/", abuse.report_abuse, name="report_abuse"),
    path("<str:reference>/sheet/", sheet.sheet, name="sheet"),
    path("<str:reference>/fixed/", fixed.fixed, name="fixed"),
    path("<str:reference>/reopen/", reopening.reopen, name="reopen"),
    path("<str:reference>/follow/", taking_part.follow, name="follow"),
    path("<str:reference>/still-there/", taking_part.sighting, name="sighting"),
]

report_patterns = [
    path("", PlacePage.as_view(), name="start"),
    path("<str:key>/place/", PlacePage.as_view(), name="place"),
    path("<str:key>/service/", ServicePage.as_view(), name="service"),
    path("<str:key>/duplicates/", DuplicatesPage.as_view(), name="duplicates"),
    path("<str:key>/attributes/", AttributesPage.as_view(), name="attributes"),
    path("<str:key>/media/", MediaPage.as_view(), name="media"),
    path("<str:key>/contact/", ContactPage.as_view(), name="contact"),
    path("<str:key>/check/", CheckPage.as_view(), name="check"),
    path("<str:key>/done/", DonePage.as_view(), name="done"),
]

places_patterns = [
    path("search", places.search, name="search"),
    path("here", places.here, name="here"),
    path("outlines.geojson", places.outlines, name="outlines"),
    path("offers", offers.offers, name="offers"),
    path("missing/", missing.missing, name="missing"),
    path("missing/thanks/", missing.thanks, name="missing_thanks"),
]

open311_patterns = [
    path(f"servicerequestupdates.{format_}", service_request_updates, {"format_": format_}, name=f"updates-{format_}")
    for format_ in ("xml", "json")
]

machine_patterns: list[URLPattern | URLResolver] = [
    path("photos/<uuid:key>.jpg", photos.photo, name="photo"),
    path("photos/<uuid:key>/small.jpg", photos.small_photo, name="small_photo"),
    path("photos/<uuid:key>-<slug:seal>.jpg", photos.photo_for_body, name="photo_for_body"),
    path("open311/v2/", include((open311_patterns, "open311"))),
    path(".well-known/security.txt", security.security_txt, name="security_txt"),
    path("healthz", health.healthz, name="healthz"),
    path("metrics", health.metrics, name="metrics"),
    path("sw.js", shell.worker, name="worker"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    path("report/", include((report_patterns, "report"))),
    path("places/", include((places_patterns, "places"))),
    path("requests/", include((requests_patterns, "service_requests"))),
    path("account/", account.account, name="account"),
    path("confirm/<str:key>/", confirm.confirm, name="confirm"),
    path("fixed/<str:key>/", fixed.fixed_by_link, name="verdict"),
    path("unsubscribe/<str:key>/", unsubscribe.unsubscribe, name="unsubscribe"),
    path("reply/<str:key>/", reply.reply, name="reply"),
    path("request/<str:key>/take-away/", take_away.take_away, name="take_away"),
    path("privacy/", privacy.privacy, name="privacy"),
    path("offline/", shell.offline, name="offline"),
    path("manifest.webmanifest", shell.manifest, name="manifest"),
]
