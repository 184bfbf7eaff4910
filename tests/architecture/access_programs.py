"""The table of who gets what from every address for programs, with a token for everything: and no address outside it.

A column per person as in `access_table`, without whoever has no token: they get 401 everywhere.
"""

from dataclasses import dataclass
from typing import Any

PEOPLE = ("erin", "omar", "sam", "nadia", "lena", "admin")


@dataclass
class Row:
    """An address by its name, a method, what is sent, and what each of the PEOPLE gets."""

    name: str
    answers: str
    method: str = "GET"
    body: Any = None
    move: str = ""

    def __str__(self) -> str:
        return f"{self.method} {self.name} {self.move}".strip()

    def expected(self) -> dict[str, int]:
        return dict(zip(PEOPLE, map(int, self.answers.split()), strict=True))


def post(name: str, answers: str, **body: Any) -> Row:
    return Row(name, answers, "POST", body)


def move(room: str, name: str, get: str, posted: str, **body: Any) -> list[Row]:
    return [Row(f"{room}-transition", get, move=name), Row(f"{room}-transition", posted, "POST", body, name)]


def shared(room: str, sees: str, inside: str, replies: str, notes: str, edits: str, links: str) -> list[Row]:
    """What tickets of every kind have, with who may."""
    unlinks = links.replace("201", "204")
    return [
        Row(f"{room}-list", "200 200 200 200 200 200"),
        Row(f"{room}-detail", sees),
        Row(f"{room}-detail", edits, "PATCH", {"title": "Other"}),
        Row(f"{room}-events", sees),
        Row(f"{room}-transitions", sees),
        Row(f"{room}-clocks", inside),
        Row(f"{room}-links", sees),
        post(f"{room}-links", links, how="related_to>", number="another"),
        Row(f"{room}-unlink", unlinks, "DELETE"),
        post(f"{room}-comments", replies, message="Hello"),
        post(f"{room}-comments", notes, message="Ours", internal=True),
    ]


#   address                             erin omar sam nadia lena admin
TABLE = [
    *shared(
        "incidents",
        sees="200 404 200 404 200 200",
        inside="404 404 200 404 200 200",
        replies="201 404 201 404 201 403",
        notes="403 404 201 404 201 403",
        edits="403 404 200 404 200 403",
        links="403 404 201 404 201 403",
    ),
    post("incidents-list", "201 201 201 201 201 201", title="No sound"),
    *move("incidents", "start", "200 404 200 404 200 200", "403 404 200 404 200 403"),
    *move(
        "incidents", "cancel", "200 404 200 404 200 200", "409 404 200 404 200 403", reason="Not needed", orders="keep"
    ),
    post("incidents-take", "403 404 200 404 200 403"),
    post("incidents-attach", "403 404 200 404 200 403", how="child", number="another"),
    post("incidents-detach", "200 404 200 404 200 200"),  # it is nobody's child, so that nothing is done
    post("incidents-recurrence", "409 404 409 404 409 403"),
    *shared(
        "work-orders",
        sees="404 404 200 404 200 200",
        inside="404 404 200 404 200 200",
        replies="404 404 201 404 201 403",
        notes="404 404 201 404 201 403",
        edits="404 404 200 404 200 403",
        links="404 404 201 404 201 403",
    ),
    post("work-orders-list", "403 404 201 404 201 403", parent="incident", title="Look", workgroup="desk"),
    post("work-orders-from-template", "403 404 201 404 201 403", parent="incident", template="template"),
    *move("work-orders", "start", "404 404 200 404 200 200", "404 404 200 404 200 403"),
    post("work-orders-take", "404 404 200 404 200 403"),
    post("work-orders-tick", "404 404 409 404 409 403"),
    post("work-orders-again", "404 404 409 404 409 403"),
    post("work-orders-without", "404 404 409 404 409 403"),
    post("work-orders-give-up", "404 404 409 404 409 403"),
    *shared(
        "changes",
        sees="404 404 200 200 200 200",
        inside="404 404 200 404 200 200",
        replies="404 404 201 201 201 201",
        notes="404 404 201 403 201 403",
        edits="404 404 200 403 200 403",
        links="404 404 201 403 201 403",
    ),
    post("changes-list", "403 403 201 201 201 403", title="Replace it", workgroup="desk"),
    *move("changes", "submit", "404 404 200 200 200 200", "404 404 409 403 409 403"),
    post("changes-take", "404 404 200 403 200 403"),
    post("changes-interruption", "404 404 404 403 404 403", words="It is slow"),
    Row("changes-approvals", "404 404 200 200 200 200"),
    *shared(
        "requests",
        sees="200 404 200 404 200 200",
        inside="404 404 200 404 200 200",
        replies="201 404 201 404 201 403",
        notes="403 404 201 404 201 403",
        edits="403 404 200 404 200 403",
        links="403 404 201 404 201 403",
    ),
    post("requests-list", "201 201 201 201 201 201", item="office-chair"),
    *move("requests", "start", "200 404 200 404 200 200", "403 404 409 404 409 403"),
    post("requests-take", "403 404 200 404 200 403"),
    post("requests-disruption", "403 404 409 404 409 403", disrupts="no"),
    Row("requests-approvals", "200 404 200 404 200 200"),
    Row("catalogue-list", "200 200 200 200 200 200"),
    Row("catalogue-detail", "200 200 200 200 200 200"),
    Row("approvals-list", "200 200 200 200 200 200"),
    Row("approvals-detail", "200 200 200 404 200 200"),
    post("approvals-answer", "403 200 403 404 403 403", answer="approve"),
    post("approvals-withdraw", "403 200 403 404 403 403"),
    post("approvals-reply", "409 403 409 404 409 403", text="Because"),
    Row("articles-list", "200 200 200 200 200 200"),
    Row("articles-detail", "200 200 200 200 200 200"),
    Row("services-list", "200 200 200 200 200 200"),
    Row("services-detail", "200 200 200 200 200 200"),
    Row("sites-list", "200 200 200 200 200 200"),
    Row("categories-list", "403 403 200 200 200 403"),
    Row("people-list", "403 403 200 200 200 403"),
    Row("people-detail", "200 404 200 200 200 200"),
    Row("workgroups-list", "403 403 200 200 200 200"),
    Row("search-list", "200 200 200 200 200 200"),
    Row("attachments-detail", "200 404 200 404 200 200"),
    Row("deliveries-list", "403 403 403 403 403 200"),
    Row("deliveries-detail", "403 403 403 403 403 200"),
    post("deliveries-retry", "403 403 403 403 403 200"),
    Row("webhooks-list", "403 403 403 403 403 200"),
    Row("webhooks-list", "403 403 403 403 403 201", "POST", {"name": "Wall", "url": "https://example.com/hook"}),
    Row("webhooks-detail", "403 403 403 403 403 200"),
    Row("webhooks-detail", "403 403 403 403 403 204", "DELETE"),
    Row("webhooks-detail", "403 403 403 403 403 200", "PATCH", {"is_active": False}),
    post("webhooks-ping", "403 403 403 403 403 201"),
    Row("webhooks-calls", "403 403 403 403 403 200"),
    post("webhooks-again", "403 403 403 403 403 200"),
]
