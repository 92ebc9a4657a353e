"""The site's addresses with the webhooks of a mail provider."""

from django.urls import URLPattern, URLResolver

from civic.urls import urlpatterns as of_the_site
from reports.notifications import provider_events

urlpatterns: list[URLPattern | URLResolver] = [*provider_events.patterns(), *of_the_site]
