"""Tells Django that this folder is an app, and the desk that incidents are a kind of ticket."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IncidentsConfig(AppConfig):
    name = "incidents"
    verbose_name = _("Incidents")

    def ready(self) -> None:
        from desk.tickets import kinds

        from .joining import FOR_ALL
        from .lifecycle import CLOSED_STATES, PUBLIC_WORDS, State

        kinds.register(
            kinds.Kind(
                name="incident",
                named=("major",),
                told_to_all=FOR_ALL,
                told_at="incidents:outage",
                label=_("Incident"),
                prefix="INC",
                room="incidents",
                model_label="incidents.Incident",
                area="incidents",
                plural=_("Incidents"),
                states=State,
                closed=CLOSED_STATES,
                public_words={state.value: word for state, word in PUBLIC_WORDS.items()},
                working=frozenset({State.IN_PROGRESS.value}),
                waiting=frozenset({State.PENDING.value}),
                solved=frozenset({State.RESOLVED.value, State.CLOSED.value}),
                void=frozenset({State.CANCELLED.value}),
                idle=frozenset({State.RESOLVED.value}),
                mine=("incidents:mine", _("My incidents")),
            )
        )
