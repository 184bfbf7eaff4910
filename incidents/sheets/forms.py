"""The form that takes a table."""

from django import forms
from django.core.validators import FileExtensionValidator
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from .reading import BYTES, MOST


class SheetForm(forms.Form):
    """A CSV file."""

    file = forms.FileField(
        label=_("The table, as CSV"),
        help_text=format_lazy(
            _("UTF-8, with a head, up to {size} MB and {most} rows. You see it first."),
            size=BYTES // 1024 // 1024,
            most=f"{MOST:,}",
        ),
        validators=[FileExtensionValidator(["csv", "txt"], _("Please choose a CSV file."))],
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
        error_messages={"required": _("Please choose a file."), "empty": _("The file is empty.")},
    )
