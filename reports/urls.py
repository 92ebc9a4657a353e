"""Every address of the site but those of accounts and the admin, which `civic.urls` adds."""

from django.urls import URLPattern, URLResolver, include, path

from reports.api.service_request_updates import service_request_updates
from reports.views import (
    account,
    comments,
    health,
    home,
    mirrored,
    photos,
    places,
    privacy,
    reply,
    report,
    service_requests,
    take_away,
    unsubscribe,
)
from reports.views.place import PlacePage

requests_patterns = [
    path("", service_requests.listing, name="list"),
    path("map/", service_requests.map_page, name="map"),
    path("map.geojson", service_requests.data, name="data"),
    path("find/", service_requests.find, name="find"),
    path("mirrored/", mirrored.listing, name="mirrored"),
    path("<str:reference>/", service_requests.detail, name="detail"),
    path("<str:reference>/comments/", comments.comment, name="comment"),
]

report_patterns = [
    path("", PlacePage.as_view(), name="start"),
    path("<str:key>/place/", PlacePage.as_view(), name="place"),
    path("<str:key>/service/", report.ServicePage.as_view(), name="service"),
    path("<str:key>/attributes/", report.AttributesPage.as_view(), name="attributes"),
    path("<str:key>/media/", report.MediaPage.as_view(), name="media"),
    path("<str:key>/contact/", report.ContactPage.as_view(), name="contact"),
    path("<str:key>/check/", report.CheckPage.as_view(), name="check"),
    path("<str:key>/done/", report.DonePage.as_view(), name="done"),
]

places_patterns = [
    path("search", places.search, name="search"),
    path("here", places.here, name="here"),
    path("outlines.geojson", places.outlines, name="outlines"),
]

open311_patterns = [
    path(f"servicerequestupdates.{format_}", service_request_updates, {"format_": format_}, name=f"updates-{format_}")
    for format_ in ("xml", "json")
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    path("report/", include((report_patterns, "report"))),
    path("places/", include((places_patterns, "places"))),
    path("photos/<uuid:key>.jpg", photos.photo, name="photo"),
    path("photos/<uuid:key>-<slug:seal>.jpg", photos.photo_for_body, name="photo_for_body"),
    path("requests/", include((requests_patterns, "service_requests"))),
    path("account/", account.account, name="account"),
    path("unsubscribe/<str:key>/", unsubscribe.unsubscribe, name="unsubscribe"),
    path("reply/<str:key>/", reply.reply, name="reply"),
    path("request/<str:key>/take-away/", take_away.take_away, name="take_away"),
    path("privacy/", privacy.privacy, name="privacy"),
    path("open311/v2/", include((open311_patterns, "open311"))),
    path("healthz", health.healthz, name="healthz"),
    path("metrics", health.metrics, name="metrics"),
]
