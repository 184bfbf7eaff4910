"""The form of an item: what is wrong is said beside the field, and what somebody else saved meanwhile is shown."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.db.models import Max, Q
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from desk.approvals.models import ApprovalRule
from desk.people.models import User, Workgroup
from desk.services.models import Service
from desk.services.queries import category_choices
from desk.sla.admin.stale import SeenForm

from .. import publishing
from ..models import CatalogueItem
from .fields import DepartmentsField, IconField, known_departments

NONE = _("– none –")
# The fields that publishing may find fault with; the others are in order when Django says so.
LABELS = {
    "group": _("Shelf"),
    "approval_rule": _("Approval"),
    "disrupts": _("A failure counts as a disruption of"),
    "is_active": _("Can be ordered"),
}


class ItemForm(SeenForm):
    """What people read of an item, who may order it, and who sees to it."""

    rows_in_content = ("questions", "steps")

    slug = forms.SlugField(
        label=_("Address"),
        max_length=80,
        required=False,
        help_text=_("What stands after /catalogue/. Empty: made from the name."),
    )
    icon = IconField()
    departments = DepartmentsField(label=_("Who may order it"))

    class Meta:
        model = CatalogueItem
        fields: ClassVar[Any] = [
            "name", "slug", "group", "position", "is_active", "summary", "description", "icon", "cost", "cost_note",
            "departments", "owner", "workgroup", "service", "category", "approval_rule", "disrupts",
        ]  # fmt: skip
        labels: ClassVar[Any] = LABELS
        help_texts: ClassVar[Any] = {
            "is_active": _(
                "Without the tick it is a draft: it is kept however unfinished it is, and nobody can order it."
            ),
            "owner": _("Is asked where the approval rule wants the item's owner."),
            "disrupts": _("Empty: the analyst is asked when its fulfilment fails."),
        }
        widgets: ClassVar[Any] = {"description": forms.Textarea(attrs={"rows": 4, "cols": 80})}

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        words = _("Departments with commas between; empty: everybody. There are: {names}.")
        there = ", ".join(known_departments()) or _("none")
        self.fields["departments"].help_text = words.format(names=there)
        self.fields["departments"].kept = self.instance.departments  # type: ignore[attr-defined]
        self._offer(self.fields, self.instance)
        if self.instance.pk is None:
            last = CatalogueItem.objects.aggregate(last=Max("position"))["last"] or 0
            self.initial.setdefault("position", last + 10)

    @staticmethod
    def _offer(fields: dict[str, Any], item: CatalogueItem) -> None:
        """Only what fits is offered, and what stands there already."""
        taking = [group.pk for group in Workgroup.objects.all() if group.takes_kind(publishing.KIND)]
        fields["workgroup"].queryset = Workgroup.objects.filter(Q(pk__in=taking) | Q(pk=item.workgroup_id))
        rules = Q(kind=publishing.KIND, is_active=True) | Q(pk=item.approval_rule_id)
        fields["approval_rule"].queryset = ApprovalRule.objects.filter(rules)
        fields["approval_rule"].empty_label = _("– nobody's –")
        for name in ("service", "disrupts"):
            there = Q(is_active=True) | Q(pk=getattr(item, f"{name}_id"))
            fields[name].queryset = Service.objects.filter(there)
            fields[name].empty_label = NONE
        fields["category"].choices = [("", NONE), *category_choices(inactive=True)]
        fields["owner"].queryset = User.objects.filter(Q(is_active=True, is_automation=False) | Q(pk=item.owner_id))

    def clean_slug(self) -> str:
        """Made from the name where it is left empty."""
        return self.cleaned_data["slug"] or slugify(self.cleaned_data.get("name", ""))[:80] or "item"

    def _post_clean(self) -> None:
        """What publishing would refuse is said here; a draft may be unfinished."""
        super()._post_clean()  # type: ignore[misc]
        if self.instance.is_active and self.instance.workgroup_id:
            for fault in publishing.faults_of(self.instance, [], []):
                if fault.field in self.fields and not self.has_error(fault.field):
                    self.add_error(fault.field, fault.words)
