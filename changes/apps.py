"""Tells Django that this folder is an app, and the desk that changes are a kind of ticket."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ChangesConfig(AppConfig):
    name = "changes"
    verbose_name = _("Changes")

    def ready(self) -> None:
        from desk.tickets import kinds

        from .lifecycle import CLOSED_STATES, PUBLIC_WORDS, State

        kinds.register(
            kinds.Kind(
                name="change",
                label=_("Change"),
                prefix="CHG",
                room="changes",
                model_label="changes.Change",
                area="changes",
                plural=_("Changes"),
                states=State,
                closed=CLOSED_STATES,
                public_words={state.value: word for state, word in PUBLIC_WORDS.items()},
                working=frozenset({State.IMPLEMENTING.value}),
                waiting=frozenset(),
                solved=frozenset({State.IMPLEMENTED.value, State.FAILED.value, State.CLOSED.value}),
                void=frozenset({State.CANCELLED.value}),
                idle=frozenset({State.SUBMITTED.value}),
                editable=(
                    "change_type", "services", "reason", "implementation_plan", "test_plan", "backout_plan", "planned_start",
                    "planned_end", "experience", "tried_out", "undoing",
                ),
                public_path=(
                    _("Draft"), _("Waiting for approval"), _("Approved"), _("Scheduled"), _("In progress"),
                    _("Done"), _("Closed"),
                ),
                rules_only_propose=True,
                holds_orders=frozenset({State.DRAFT.value, State.SUBMITTED.value, State.REJECTED.value}),
                awaits=frozenset({State.SUBMITTED.value, State.APPROVED.value, State.SCHEDULED.value}),
                open_to_it=True,
                author_edits=frozenset({State.DRAFT.value}),
                mine=("changes:index", _("Changes")),
            )
        )  # fmt: skip
