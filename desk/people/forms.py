"""The forms of a person: an absence (from, to, and why), and how they like the portal to behave."""

from __future__ import annotations

import zoneinfo
from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

from .models import User
from .rules import is_analyst

MOMENT = "%Y-%m-%dT%H:%M"


def _moment(label: StrOrPromise) -> forms.DateTimeField:
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MOMENT)
    return forms.DateTimeField(label=label, widget=widget, input_formats=[MOMENT, "%Y-%m-%d %H:%M"])


class AbsenceForm(forms.Form):
    """From–to, on the viewer's own clock."""

    start = _moment(_lazy("Away from"))
    end = _moment(_lazy("Back at"))
    reason = forms.CharField(
        label=_lazy("Reason"),
        required=False,
        max_length=120,
        help_text=_lazy("Such as holiday or training. Only the person and their leads read it."),
    )


def zones() -> list[tuple[str, Any]]:
    """(region, its zones) of the IANA names that people know; what has no region is for machines."""
    regions: dict[str, list[tuple[str, str]]] = {}
    for name in sorted(zoneinfo.available_timezones()):
        region, _, place = name.partition("/")
        if place and region not in ("Etc", "SystemV", "US", "posix", "right"):
            regions.setdefault(region, []).append((name, place.replace("_", " ").replace("/", ", ")))
    return list(regions.items())


class PreferencesForm(forms.ModelForm):
    """How a person likes the portal to behave; whoever doesn't work queues has no single keys."""

    class Meta:
        model = User
        fields = ["language", "time_zone", "mails", "single_keys"]

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        mine = self.instance.time_zone
        usual = [("", _("The portal's: {zone}").format(zone=settings.TIME_ZONE))]
        known = {name for _, rows in zones() for name, _ in rows}
        odd = [(mine, mine)] if mine and mine not in known else []  # set by an administrator, such as UTC
        self.fields["time_zone"] = forms.ChoiceField(
            label=_("Time zone"),
            required=False,
            choices=[*usual, *odd, *zones()],
            help_text=_("In which you see times."),
        )
        if not is_analyst(self.instance):
            del self.fields["single_keys"]


class OneCircleForm(forms.ModelForm):
    """What is for one person, for a workgroup, or for everybody of IT: in the administration, never for two at once."""

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if cleaned and cleaned.get("owner") and cleaned.get("workgroup"):
            self.add_error("workgroup", _("It is for one person or for a workgroup; leave the other empty."))
        return cleaned
