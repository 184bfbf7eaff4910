"""Administration of people: users, workgroups with their members and grants, skills, shifts, absences."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import UserChangeForm
from django.core.exceptions import ValidationError
from django.db.models import Count, Q, QuerySet
from django.forms import BaseInlineFormSet, ModelForm
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import pgettext_lazy
from guardian.models import GroupObjectPermission

from . import actions, takes
from .models import WEEKDAYS, Absence, Membership, Shift, Skill, User, UserSkill, Workgroup
from .names import PlainWords
from .rules import QUEUE_GRANTS


class MembershipFormSet(BaseInlineFormSet):
    """Saves memberships by `join` and `leave`, so that groups and grants always follow."""

    def save_new(self, form: ModelForm, commit: bool = True) -> Membership:
        row = form.save(commit=False)
        return actions.join(workgroup=row.workgroup, user=row.user, role=row.role)

    def save_existing(self, form: ModelForm, obj: Membership, commit: bool = True) -> Membership:
        """The person or the workgroup of the row may have changed; then the old one is left first."""
        before = Membership.objects.select_related("workgroup", "user").get(pk=obj.pk)
        row = form.save(commit=False)
        if (before.workgroup_id, before.user_id) != (row.workgroup_id, row.user_id):
            actions.leave(workgroup=before.workgroup, user=before.user)
        return actions.join(workgroup=row.workgroup, user=row.user, role=row.role)

    def delete_existing(self, obj: Membership, commit: bool = True) -> None:
        actions.leave(workgroup=obj.workgroup, user=obj.user)


class MembershipInline(admin.TabularInline):
    """The members of a workgroup, or the workgroups of a person."""

    model = Membership
    formset = MembershipFormSet
    extra = 0
    show_change_link = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Membership]:
        return super().get_queryset(request).select_related("workgroup", "user")


class MembersInline(MembershipInline):
    verbose_name = _lazy("member")
    verbose_name_plural = _lazy("members")
    autocomplete_fields = ["user"]


class WorkgroupsInline(MembershipInline):
    verbose_name = _lazy("workgroup")
    verbose_name_plural = _lazy("workgroups")
    autocomplete_fields = ["workgroup"]


class WorkgroupForm(forms.ModelForm):
    """Offers the kinds of ticket that there are; what else a workgroup was said to take stays a choice of its own."""

    takes = forms.MultipleChoiceField(
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label=_lazy("Takes"),
        help_text=_lazy("Nothing ticked: it takes every kind. A kind as a whole holds the kinds within it."),
    )
    oversees = forms.MultipleChoiceField(
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label=_lazy("Oversees"),
        help_text=_lazy(
            "Its analysts see and steer every ticket of these kinds, whichever workgroup has it, such as a change "
            "manager every change."
        ),
    )

    class Meta:
        model = Workgroup
        fields: ClassVar[Any] = [
            "name",
            "slug",
            "description",
            "email",
            "takes",
            "oversees",
            "auto_assign",
            "is_active",
        ]

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if "takes" in self.fields:
            known = takes.choices()
            odd = [value for value in self.instance.takes if value not in dict(known)]
            field: Any = self.fields["takes"]
            field.choices = [
                *known,
                *(
                    (value, _("“{value}” (no kind of ticket that the portal knows)").format(value=value))
                    for value in odd
                ),
            ]
        if "oversees" in self.fields:
            kinds: Any = self.fields["oversees"]
            kinds.choices = [(value, words) for value, words in takes.choices() if "." not in value]


@admin.register(Workgroup)
class WorkgroupAdmin(PlainWords, admin.ModelAdmin):
    form = WorkgroupForm
    list_display = ["name", "people", "lead_names", "takes_what", "auto_assign", "email", "is_active"]
    list_filter = ["is_active"]
    search_fields = ["name", "slug", "description"]
    ordering = ["name"]
    prepopulated_fields = {"slug": ["name"]}
    readonly_fields = ["access"]
    inlines = [MembersInline]
    fieldsets = [
        (None, {"fields": ["name", "slug", "description", "email"]}),
        (
            _lazy("Work"),
            {
                "fields": ["takes", "oversees", "auto_assign", "is_active"],
                "description": _lazy(
                    "A workgroup is never deleted, because its tickets' history names it. "
                    "Make it inactive: it gets no new tickets, and its people can finish what they have."
                ),
            },
        ),
        (
            _lazy("Who may do what"),
            {
                "fields": ["access"],
                "description": _lazy(
                    "This follows from the members below as soon as they are saved, and from nothing else."
                ),
            },
        ),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Workgroup]:
        rows = (
            super()
            .get_queryset(request)
            .annotate(workers=Count("memberships", filter=Q(memberships__role__in=["analyst", "lead"]), distinct=True))
        )
        return rows.prefetch_related("memberships__user")

    def get_form(self, request: HttpRequest, obj: Workgroup | None = None, change: bool = False, **kwargs: Any) -> Any:
        # Help is shown as HTML, where <slug> would vanish.
        told = _("The queue's address: /queues/{slug}/").format(slug=obj.slug if obj else _("name-of-the-workgroup"))
        return super().get_form(request, obj, change=change, help_texts={"slug": told}, **kwargs)

    def has_delete_permission(self, request: HttpRequest, obj: Workgroup | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Workgroup, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        actions.ensure_role_groups(obj)  # a new workgroup gets its grants, a renamed one its groups' new names

    @admin.display(description=_lazy("Analysts"), ordering="workers")
    def people(self, workgroup: Workgroup) -> int:
        return workgroup.workers  # type: ignore[attr-defined]

    @admin.display(description=_lazy("Leads"))
    def lead_names(self, workgroup: Workgroup) -> str:
        return ", ".join(str(row.user) for row in workgroup.memberships.all() if row.role == "lead") or "–"

    @admin.display(description=_lazy("Takes"))
    def takes_what(self, workgroup: Workgroup) -> str:
        return takes.in_words(workgroup.takes)

    @admin.display(description=_lazy("Grants"))
    def access(self, workgroup: Workgroup) -> SafeString | str:
        """Who sees, works and leads the queue, as the grants really are in the database."""
        if workgroup.pk is None:
            return _("Save the workgroup first; its grants come with its members.")
        held = grants_by_user(workgroup)
        rows = [(str(user), *(_("yes") if grant in grants else "–" for grant in QUEUE_GRANTS)) for user, grants in held]
        if not rows:
            return _("Nobody yet: add members below.")
        return format_html(
            "<table><thead><tr><th>{}</th><th>{}</th><th>{}</th><th>{}</th></tr></thead><tbody>{}</tbody></table>",
            *(_("Person"), _("Sees the queue"), _("Works it"), _("Leads it")),
            format_html_join("", "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>", rows),
        )


def grants_by_user(workgroup: Workgroup) -> list[tuple[User, set[str]]]:
    """Each person who holds a grant on the workgroup through a group, with the grants' names; three queries."""
    by_group: dict[int, set[str]] = {}
    rows = GroupObjectPermission.objects.filter(
        object_pk=str(workgroup.pk), permission__codename__in=QUEUE_GRANTS, permission__content_type__model="workgroup"
    )
    for group, grant in rows.values_list("group_id", "permission__codename"):
        by_group.setdefault(group, set()).add(grant)
    users = User.objects.filter(groups__in=by_group).distinct().prefetch_related("groups")
    return [
        (user, {grant for group in user.groups.all() for grant in by_group.get(group.pk, ())})
        for user in users.order_by("first_name", "last_name")
    ]


class SkillsInline(admin.TabularInline):
    model = UserSkill
    verbose_name = _lazy("skill")
    verbose_name_plural = _lazy("skills")
    extra = 0
    autocomplete_fields = ["skill"]


class SkilledPeopleInline(admin.TabularInline):
    model = UserSkill
    verbose_name = _lazy("person")
    verbose_name_plural = _lazy("people who can do it")
    extra = 0
    autocomplete_fields = ["user"]


class ShiftForm(forms.ModelForm):
    """Offers the days of the week as boxes to tick."""

    weekdays = forms.TypedMultipleChoiceField(
        label=_lazy("Weekdays"),
        choices=WEEKDAYS,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        initial=[0, 1, 2, 3, 4],
    )


class ShiftsInline(admin.TabularInline):
    """The weekly times of work, on the person's own clock."""

    model = Shift
    form = ShiftForm
    extra = 0
    verbose_name = _lazy("shift")
    verbose_name_plural = _lazy("shifts (none: works at any time)")


class AbsencesInline(admin.TabularInline):
    model = Absence
    extra = 0


class PersonForm(UserChangeForm):
    """Keeps administrators from locking themselves out."""

    myself: Any = None

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        kept = all(data.get(name, True) for name in ("is_active", "is_staff", "is_superuser"))
        if self.myself is not None and self.instance.pk == self.myself.pk and not kept:
            raise ValidationError(
                _("You can't take the administration away from yourself; another administrator has to do it.")
            )
        return data


@admin.register(User)
class PersonAdmin(UserAdmin):
    form = PersonForm
    list_display = ["username", "full_name", "email", "department", "in_workgroups", "is_vip", "is_active", "is_staff"]
    list_filter = ["is_active", "is_staff", "is_vip", "memberships__workgroup", "memberships__role", "department"]
    search_fields = ["username", "first_name", "last_name", "email", "department"]
    ordering = ["first_name", "last_name", "username"]
    filter_horizontal = []
    autocomplete_fields = ["manager"]
    readonly_fields = ["last_login", "date_joined"]
    fieldsets = (
        (None, {"fields": ["username", "password"]}),
        (
            _lazy("Person"),
            {"fields": ["first_name", "last_name", "email", "phone", "department", "manager", "time_zone", "is_vip"]},
        ),
        (
            pgettext_lazy("of a person's rights", "May"),
            {
                "fields": ["is_active", "is_staff", "is_superuser"],
                "description": _lazy(
                    "“Active” lets a person sign in; people are never deleted, because tickets name them. "
                    "Administrators need both other marks. Which queues a person sees and works follows from the "
                    "workgroups below, and from nothing else."
                ),
            },
        ),
        (_lazy("Dates"), {"fields": ["last_login", "date_joined"]}),
    )
    add_fieldsets = (
        (None, {"classes": ["wide"], "fields": ["username", "usable_password", "password1", "password2"]}),
        (_lazy("Person"), {"fields": ["first_name", "last_name", "email", "phone", "department"]}),
    )

    def get_inlines(self, request: HttpRequest, obj: User | None) -> list[Any]:
        return [WorkgroupsInline, SkillsInline, ShiftsInline, AbsencesInline] if obj else []

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).prefetch_related("memberships__workgroup")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[User], search_term: str
    ) -> tuple[QuerySet[User], bool]:
        """The portal's own hand is nobody one would choose from a list."""
        if request.path.endswith("/autocomplete/"):
            queryset = queryset.filter(is_automation=False)
        return super().get_search_results(request, queryset, search_term)

    def get_form(self, request: HttpRequest, obj: User | None = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        if issubclass(form, PersonForm):
            form.myself = request.user
        return form

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Nobody edits the automation, or gives it a password; only administrators edit administrators."""
        if obj is not None and (obj.is_automation or (obj.is_superuser and not request.user.is_superuser)):
            return False
        return super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> list[str]:
        marks = [] if request.user.is_superuser else ["is_staff", "is_superuser"]
        return [*super().get_readonly_fields(request, obj), *marks]

    @admin.display(description=_lazy("Name"), ordering="first_name")
    def full_name(self, user: User) -> str:
        return user.get_full_name() or "–"

    @admin.display(description=_lazy("Workgroups"))
    def in_workgroups(self, user: User) -> str:
        rows = [row for row in user.memberships.all() if row.role != "observer"]
        lead = _("{workgroup} (lead)")
        names = (lead.format(workgroup=row.workgroup) if row.role == "lead" else str(row.workgroup) for row in rows)
        return ", ".join(names) or "–"


@admin.register(Skill)
class SkillAdmin(admin.ModelAdmin):
    list_display = ["name", "how_many"]
    search_fields = ["name"]
    ordering = ["name"]
    inlines = [SkilledPeopleInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Skill]:
        return super().get_queryset(request).annotate(how_many=Count("people"))

    @admin.display(description=_lazy("People"), ordering="how_many")
    def how_many(self, skill: Skill) -> int:
        return skill.how_many  # type: ignore[attr-defined]


@admin.register(Absence)
class AbsenceAdmin(admin.ModelAdmin):
    list_display = ["user", "start", "end", "reason"]
    list_select_related = ["user"]
    list_filter = ["start", "end"]
    search_fields = ["user__first_name", "user__last_name", "user__username", "reason"]
    autocomplete_fields = ["user"]
    date_hierarchy = "start"
