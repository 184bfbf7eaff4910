"""The form that takes a table."""

from django import forms
from django.core.validators import FileExtensionValidator
from django.utils.translation import gettext_lazy as _


class SheetForm(forms.Form):
    """A CSV file."""

    file = forms.FileField(
        label=_("The table, as CSV"),
        help_text=_("UTF-8, with a head, up to 5 MB and 5,000 rows. You see it first."),
        validators=[FileExtensionValidator(["csv", "txt"], _("Please choose a CSV file."))],
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
        error_messages={"required": _("Please choose a file."), "empty": _("The file is empty.")},
    )
