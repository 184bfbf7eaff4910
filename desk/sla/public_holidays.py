"""Public holidays of countries and their regions, as the `holidays` package knows them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import cache

import holidays
from django.utils.translation import get_language
from django.utils.translation import gettext as _


@cache
def countries() -> list[tuple[str, str]]:
    """(ISO code, name) of every country that is known, by name."""
    names = {code: registered[0] for code, registered in _registry().items()}
    return sorted(names.items(), key=lambda pair: pair[1])


def _registry() -> dict[str, tuple[str, str]]:
    """ISO code -> (name, longer code), from the package's own table of countries."""
    found = {}
    for classes in holidays.registry.COUNTRIES.values():
        name, code, *longer = classes
        spaced = "".join(f" {letter}" if letter.isupper() and index else letter for index, letter in enumerate(name))
        found[code] = (spaced, longer[0] if longer else code)
    return found


@cache
def regions(country: str) -> list[str]:
    """The codes of a country's regions, such as HH or BY; empty where it has none, or the country is unknown."""
    return list(holidays.list_supported_countries().get(country, []))


def public_holidays(country: str, region: str, years: Iterable[int]) -> dict[date, str]:
    """The public holidays of these years, with their names in the language of the moment where there are some, else in English.

    Raises ValueError with a sentence for a country or region that isn't known.
    """
    if country not in dict(countries()):
        raise ValueError(_("No holidays are known for “{country}”.").format(country=country))
    if region and region not in regions(country):
        named = dict(countries())[country]
        raise ValueError(_("“{region}” is no region of {country}.").format(region=region, country=named))
    found = holidays.country_holidays(country, subdiv=region or None, years=list(years), language=_spoken(country))
    return dict(sorted(found.items()))


def _spoken(country: str) -> str | None:
    known = holidays.list_localized_countries().get(country, [])
    return next(
        (code for code in ((get_language() or "en").split("-")[0], "en_US", "en_GB", "en") if code in known), None
    )
