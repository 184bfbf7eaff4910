"""Forms that every kind of ticket shares: reply, note, files, and the base of a transition's form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils.functional import lazy
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from desk.people.models import User
from desk.services.models import Category
from desk.services.queries import category_choices

from . import files as file_rules
from .errors import Refused
from .models import BY_VERBS, LINK_BACKWARDS, LinkKind, PendingReason, Ticket
from .queries import pending_reasons, visible_to

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


_size = lazy(filesizeformat, str)


class FilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True  # what Django asks for before it reads more than one


class BoundFiles(forms.BoundField):
    """The files field of a form, which knows whether it comes back after files were sent: browsers don't send them twice."""

    @property
    def were_sent(self) -> bool:
        return self.form.is_bound and any(self.form.files.getlist(self.html_name))


class FilesField(forms.FileField):
    """Several files at once, each checked for size and for being what it claims to be."""

    def __init__(self, *, camera: bool = False, **kwargs: Any):
        self.camera = camera  # a phone also offers to take a photo at once
        kwargs.setdefault("widget", FilesInput(attrs={"multiple": True}))
        kwargs.setdefault(
            "help_text",
            format_lazy(
                _lazy("Up to {files} files of {size} each: pictures, PDF, text, mail, Office, ZIP."),
                files=settings.ATTACHMENT_MAX_FILES,
                size=_size(settings.ATTACHMENT_MAX_BYTES),
            ),
        )
        super().__init__(required=False, label=kwargs.pop("label", _lazy("Files")), **kwargs)

    def get_bound_field(self, form: forms.BaseForm, field_name: str) -> BoundFiles:
        return BoundFiles(form, self, field_name)

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        given = [file for file in (data if isinstance(data, list | tuple) else [data]) if file]
        try:
            file_rules.check(given)
        except Refused as refusal:
            raise forms.ValidationError(refusal.sentences) from refusal
        return given


class TicketInput(forms.TextInput):
    """A ticket by its number; where there is a script, found by words as one types, at the address `found_at`."""

    def __init__(self, found_at: str, **kwargs: Any):
        self.found_at = found_at
        self.but = ""  # the number of the ticket whose page asks: it is never the other one
        super().__init__(**kwargs)


class CategoryField(forms.ModelChoiceField):
    """A category, listed as “Network › VPN” in the tree's order."""

    def __init__(self, **kwargs: Any):
        super().__init__(queryset=Category.objects.filter(is_active=True), required=False, **kwargs)

    def load_choices(self, also: Category | None = None) -> None:
        """Fill the list, with `also` even if it is offered no more; called by the form for each request."""
        choices = category_choices()
        if also is not None and also.pk not in {pk for pk, _trail in choices}:
            choices.append((also.pk, _("{name} (inactive)").format(name=also.trail())))
        self.choices = [("", "—"), *choices]


class ReplyForm(forms.Form):
    """A public reply; a room may ask for more in one of its own, and its `reply` then takes it."""

    message = forms.CharField(
        label=_lazy("Your reply"),
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _lazy("Please write something.")},
    )
    files = FilesField()  # type: ignore[assignment]  # the stubs know only the sent files of this name

    def __init__(self, *args: Any, ticket: Ticket, user: User, **kwargs: Any):
        self.ticket, self.user = ticket, user
        super().__init__(*args, **kwargs)


class NoteForm(forms.Form):
    """An internal note. Its fields have other names than a reply's, so that text never strays from one to the other."""

    note = forms.CharField(
        label=_lazy("Internal note"),
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _lazy("Please write something.")},
    )
    note_files = FilesField(label=_lazy("Files for the note"))


class MoveForm(forms.Form):
    """What a transition asks for; `cleaned_data`, less `seen`, are the arguments of the action of the same name.

    Without fields of its own it is a mere confirmation.
    """

    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)
    sentence: StrOrPromise = ""  # shown above the fields
    preview = ""  # a template that says what will happen, shown below the fields

    @property
    def asks_first(self) -> bool:
        """Whether what was typed is looked at before the move is offered."""
        return False

    def __init__(self, *args: Any, ticket: Ticket, user: User, **kwargs: Any):
        self.ticket, self.user = ticket, user
        # A move's form may stand in a dialog over the ticket's page, which has forms of its own: ids must differ.
        super().__init__(*args, **{"auto_id": "move_%s", **kwargs})
        self.fields["seen"].initial = ticket.version
        self.prepare()

    def prepare(self) -> None:
        """Fill choices that depend on the ticket and the person."""

    def arguments(self) -> dict[str, Any]:
        """What to call the action with."""
        return dict(self.cleaned_data)


class HoldForm(MoveForm):
    reason = forms.ModelChoiceField(
        PendingReason.objects.none(), empty_label=None, label=_lazy("What are we waiting for?")
    )
    message = forms.CharField(
        label=_lazy("Message to the requester"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_lazy("The requester reads this. Needed when you wait for them."),
    )
    note = forms.CharField(
        label=_lazy("Internal note"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_lazy("Only IT sees this."),
    )

    def prepare(self) -> None:
        self.fields["reason"].queryset = pending_reasons()  # type: ignore[attr-defined]


class LinkForm(forms.Form):
    """How this ticket relates to another one, by number; only those that the person may see can be named."""

    how = forms.ChoiceField(
        label=_lazy("This ticket"),
        choices=[
            *((f"{kind.value}>", kind.label) for kind in LinkKind if kind not in {*BY_VERBS, LinkKind.RECURRENCE_OF}),
            *((f"{kind.value}<", LINK_BACKWARDS[kind]) for kind in (LinkKind.CAUSED_BY, LinkKind.FIXED_BY)),
        ],
    )
    number = forms.CharField(
        label=_lazy("Number of the other"), max_length=20, help_text=_lazy("Such as CHG-000042."),
        error_messages={"required": _lazy("Please name the other ticket by its number.")},
    )  # fmt: skip

    def __init__(self, *args: Any, ticket: Ticket, user: User, **kwargs: Any):
        self.ticket, self.user = ticket, user
        super().__init__(*args, **{"auto_id": "link_%s", **kwargs})

    def clean_number(self) -> Ticket:
        number = self.cleaned_data["number"].strip().upper()
        found: Ticket | None = visible_to(self.user).filter(number=number).first() if "\x00" not in number else None
        if found is None:
            raise forms.ValidationError(_("There is no {number} that you may see.").format(number=number))
        return found

    def ends(self) -> tuple[Ticket, Ticket, str]:
        """(source, target, kind) of the link that is asked for."""
        kind, other = self.cleaned_data["how"], self.cleaned_data["number"]
        return (self.ticket, other, kind[:-1]) if kind.endswith(">") else (other, self.ticket, kind[:-1])


def refuse(form: forms.Form, refusal: Refused) -> None:
    """Put the refusal's sentences next to the field they belong to, or at the top."""
    where = refusal.field if refusal.field in form.fields else None
    form.add_error(where, refusal.sentences)
