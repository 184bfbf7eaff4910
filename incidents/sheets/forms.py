"""The form that takes a table."""

from django import forms
from django.core.validators import FileExtensionValidator

from .reading import BYTES


class SheetForm(forms.Form):
    """A CSV file."""

    file = forms.FileField(
        label="The table, as CSV",
        help_text=f"UTF-8, with a head, up to {BYTES // 1024 // 1024} MB and 5,000 rows. You see it first.",
        validators=[FileExtensionValidator(["csv", "txt"], "Please choose a CSV file.")],
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
        error_messages={"required": "Please choose a file.", "empty": "The file is empty."},
    )
