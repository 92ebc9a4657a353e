"""Every address of the site but those of accounts and the admin, which `civic.urls` adds.

`urlpatterns` are pages for people, in the language of their path; `machine_patterns` have no language.
"""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from reports.api.service_request_updates import service_request_updates
from reports.notifications import provider_events
from reports.views import (
    bodies,
    coverage,
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
    what_happens,
)
from reports.views.account import copying, details, ending, following
from reports.views.account import drafts as account_drafts
from reports.views.account import reports as account_reports
from reports.views.feeds import every
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
    find,
    fixed,
    map_data,
    mirrored,
    reopening,
    sheet,
    take_away,
    taking_part,
)
from reports.views.service_requests import browse as service_requests
from reports.views.watch import area as watch_area
from reports.views.watch import making as watch
from reports.views.watch import stop as watch_stop

requests_patterns = [
    path("", service_requests.listing, name="list"),
    path("map/", service_requests.map_page, name="map"),
    path("map.geojson", map_data.data, name="data"),
    path("feed.<str:kind>", every.feed, name="feed"),
    path("find/", find.find, name="find"),
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

account_patterns = [  # allauth's pages of an account stand under /accounts/
    path("", account_reports.account, name="account"),
    path("following/", following.followed, name="account_following"),
    path("following/<int:pk>/", following.subscription, name="account_subscription"),
    path("following/areas/<int:pk>/", following.area, name="account_area"),
    path("drafts/", account_drafts.unfinished, name="account_drafts"),
    path("drafts/<uuid:pk>/delete/", account_drafts.delete, name="account_draft_delete"),
    path("contact/", details.contact, name="account_contact"),
    path("mails/", details.mails, name="account_mails"),
    path("copy/", copying.copy, name="account_copy"),
    path("copy/download/", copying.download, name="account_download"),
    path("delete/", ending.delete, name="account_delete"),
    path("deleted/", ending.deleted, name="account_deleted"),
]

watch_patterns = [
    path("", watch.make, name="make"),
    path("stop/<str:key>/", watch_stop.stop, name="stop"),
    path("<uuid:key>/", watch_area.area, name="area"),
    path("<uuid:key>/mails/", watch_area.join, name="join"),
    path("<uuid:key>/sheet/", watch_area.sheet, name="sheet"),
    path("<uuid:key>/feed.<str:kind>", watch_area.feed, name="feed"),
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

if settings.ANYMAIL:
    machine_patterns += provider_events.patterns()

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    path("report/", include((report_patterns, "report"))),
    path("places/", include((places_patterns, "places"))),
    path("requests/", include((requests_patterns, "service_requests"))),
    path("watch/", include((watch_patterns, "watch"))),
    path("account/", include(account_patterns)),
    path("confirm/<str:key>/", confirm.confirm, name="confirm"),
    path("fixed/<str:key>/", fixed.fixed_by_link, name="verdict"),
    path("unsubscribe/<str:key>/", unsubscribe.unsubscribe, name="unsubscribe"),
    path("reply/<str:key>/", reply.reply, name="reply"),
    path("request/<str:key>/take-away/", take_away.take_away, name="take_away"),
    path("bodies/", bodies.bodies, name="bodies"),
    path("bodies/<slug:slug>/", bodies.body, name="body"),
    path("coverage/", coverage.coverage, name="coverage"),
    path("what-happens/", what_happens.what_happens, name="what_happens"),
    path("privacy/", privacy.privacy, name="privacy"),
    path("offline/", shell.offline, name="offline"),
    path("manifest.webmanifest", shell.manifest, name="manifest"),
]
