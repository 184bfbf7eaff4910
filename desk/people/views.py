"""Pages of people: the type-ahead that finds one, a profile with skills, shifts and absences, one's own preferences."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language_from_request, override
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from . import actions
from .forms import AbsenceForm, PreferencesForm
from .models import Absence, Role, User
from .presence import presence_of
from .queries import find_people
from .rules import is_analyst, may_plan_absence, may_see_profile
from .signed_in import SignedIn


@require_safe
def find(request: SignedIn) -> HttpResponse:
    """Up to ten people as options of a list; analysts only, since it lists everybody."""
    if not is_analyst(request.user):
        raise PermissionDenied(_("Only analysts may look people up."))
    # htmx sends the input under its own field name; `q` is for everybody else.
    words = next((value for value in map(str, request.GET.values()) if value.strip()), "")[:80]
    people = find_people(words) if len(words.strip()) >= 2 else []
    return render(request, "people/found.html", {"people": people, "words": words})


@require_http_methods(["GET", "POST"])
def preferences(request: SignedIn) -> HttpResponse:
    """How this person likes the portal to behave."""
    sent = request.POST if request.method == "POST" else None
    form = PreferencesForm(sent, instance=User.objects.get(pk=request.user.pk))
    if sent is not None and form.is_valid():
        form.instance.save(update_fields=list(form.fields))
        with override(form.instance.language or get_language_from_request(request)):  # as the next page speaks
            messages.success(request, _("Saved."))
        return redirect("people:preferences")
    return render(request, "people/preferences.html", {"form": form}, status=422 if form.errors else 200)


def _person(request: SignedIn, username: str) -> User:
    """The person, if this one may see their page; 404 otherwise, as if there were nobody."""
    person = User.objects.filter(username=username, is_automation=False).first()
    if person is None or not may_see_profile(request.user, person):
        raise Http404("No such person.")
    return person


@require_http_methods(["GET", "POST"])
def profile(request: SignedIn, username: str) -> HttpResponse:
    """Who somebody is, what they can do, when they work and when they are away; with a form for an absence."""
    person = _person(request, username)
    may_plan = may_plan_absence(request.user, person)
    form = AbsenceForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.plan_absence(person=person, by=request.user, **form.cleaned_data)
            messages.success(
                request, _("{person} is away then, and is proposed for nothing meanwhile.").format(person=person)
            )
            return redirect("people:profile", person.username)
        except ValidationError as refusal:
            form.add_error(None, refusal)
    elif request.method == "POST" and not may_plan:
        raise PermissionDenied(_("Only the person and their leads plan an absence."))
    memberships = list(person.memberships.select_related("workgroup"))
    context = {
        "person": person,
        "now": presence_of([person])[person.pk],
        "works": [row for row in memberships if row.role != Role.OBSERVER],
        "observes": [row.workgroup for row in memberships if row.role == Role.OBSERVER],
        "skills": person.skills.select_related("skill").order_by("-level", "skill__name"),
        "shifts": person.shifts.all(),
        "absences": person.absences.filter(end__gt=timezone.now()).order_by("start"),
        "may_plan": may_plan,
        "form": form,
    }
    return render(request, "people/profile.html", context, status=422 if form.errors else 200)


@require_POST
def drop(request: SignedIn, username: str, pk: int) -> HttpResponse:
    """An absence is off, or over sooner."""
    person = _person(request, username)
    absence = get_object_or_404(Absence, pk=pk, user=person)
    actions.drop_absence(absence=absence, by=request.user)
    messages.success(request, _("{person} is back for that time.").format(person=person))
    return redirect("people:profile", person.username)
