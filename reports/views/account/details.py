"""What the account fills in for its owner, and which mails come in which language."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from reports.forms.account import ContactDefaultsForm, MailsForm
from reports.notifications import digests, unsubscribe
from reports.participation import belonging
from reports.participation.belonging import Person
from reports.views.account.pages import of_account, posted

METHODS = require_http_methods(["GET", "HEAD", "POST"])


@METHODS
@of_account
def contact(request: HttpRequest, person: Person) -> HttpResponse:
    """Names, phone, and the first state of the box that passes them on."""
    form = ContactDefaultsForm(posted(request), instance=person.account)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Saved. The next report that you make while signed in begins with this."))
        return redirect("account_contact")
    return render(request, "account/contact.html", {"form": form, "addresses": person.addresses})


@METHODS
@of_account
def mails(request: HttpRequest, person: Person) -> HttpResponse:
    """The language of mails, the first state of the box that asks for them, and one button that ends them all."""
    if request.method == "POST" and "stop_all" in request.POST:
        return _stop_all(request, person)
    form = MailsForm(posted(request), instance=person.account)
    if request.method == "POST" and form.is_valid():
        form.save()
        if form.cleaned_data["locale"]:
            belonging.speak(person, form.cleaned_data["locale"])
        messages.success(request, _("Saved."))
        return redirect("account_mails")
    context = {
        "form": form,
        "following": belonging.subscriptions(person).filter(ended_at=None).count(),
        "watching": belonging.watch_subscriptions(person).filter(ended_at=None).count(),
        "stopped": belonging.stopped_addresses(person),
    }
    return render(request, "account/mails.html", context)


def _stop_all(request: HttpRequest, person: Person) -> HttpResponse:
    for subscription in belonging.subscriptions(person).filter(ended_at=None):
        unsubscribe.unsubscribe(subscription)
    for watched in belonging.watch_subscriptions(person).filter(ended_at=None):
        digests.stop(watched)
    messages.success(request, _("No more mails come of any report or area. Under “Following” you can resume each."))
    return redirect("account_mails")
