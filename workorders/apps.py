"""Tells Django that this folder is an app, and the desk that work orders are a kind of ticket."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WorkOrdersConfig(AppConfig):
    name = "workorders"
    verbose_name = _("Work orders")

    def ready(self) -> None:
        from desk.tickets import kinds

        from .lifecycle import CLOSED_STATES, PUBLIC_WORDS, State
        from .models import WorkType

        kinds.register(
            kinds.Kind(
                name="work_order",
                label=_("Work order"),
                prefix="WO",
                room="workorders",
                model_label="workorders.WorkOrder",
                area="work-orders",
                plural=_("Work orders"),
                states=State,
                closed=CLOSED_STATES,
                public_words={state.value: word for state, word in PUBLIC_WORDS.items()},
                working=frozenset({State.IN_PROGRESS.value}),
                waiting=frozenset({State.WAITING.value, State.PENDING.value}),
                solved=frozenset({State.COMPLETED.value, State.FAILED.value}),
                void=frozenset({State.CANCELLED.value}),
                editable=("planned_start", "planned_end"),
                kept_offline=True,
                shared_with_parent=True,
                idle=frozenset({State.WAITING.value}),
                begins=(State.OPEN.value, State.WAITING.value),
                within={str(value): label for value, label in WorkType.choices},
                rules_only_propose=True,
                mine=("workorders:my_day", _("My work orders")),
            )
        )
