"""Tells Django that this folder is an app, and the desk that service requests are a kind of ticket."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RequestsFulfillmentConfig(AppConfig):
    name = "requests_fulfillment"
    verbose_name = _("Service catalogue")

    def ready(self) -> None:
        from desk.tickets import kinds

        from .lifecycle import CLOSED_STATES, PATH, PUBLIC_WORDS, State

        kinds.register(
            kinds.Kind(
                name="request",
                label=_("Service request"),
                prefix="REQ",
                room="requests_fulfillment",
                model_label="requests_fulfillment.ServiceRequest",
                area="requests",
                plural=_("Service requests and the catalogue"),
                states=State,
                closed=CLOSED_STATES,
                public_words={state.value: word for state, word in PUBLIC_WORDS.items()},
                public_path=PATH,
                working=frozenset({State.IN_FULFILMENT.value}),
                waiting=frozenset({State.AWAITING_APPROVAL.value, State.PENDING.value}),
                solved=frozenset({State.FULFILLED.value, State.CLOSED.value}),
                void=frozenset({State.CANCELLED.value, State.REJECTED.value}),
                idle=frozenset({State.AWAITING_APPROVAL.value, State.FULFILLED.value}),
                awaits=frozenset({State.AWAITING_APPROVAL.value, State.APPROVED.value}),
                rules_only_propose=True,
                mine=("requests_fulfillment:mine", _("My requests")),
            )
        )
