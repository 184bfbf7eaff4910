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


def post(name: str, answers: str, /, **body: Any) -> Row:
    return Row(name, answers, "POST", body)


def move(room: str, name: str, get: str, posted: str, **body: Any) -> list[Row]:
    return [Row(f"{room}-transition", get, move=name), Row(f"{room}-transition", posted, "POST", body, name)]


def shared(room: str, sees: str, inside: str, replies: str, notes: str, edits: str, links: str) -> list[Row]:
    """What tickets of every kind have, with who may."""
    unlinks = links.replace("201", "204")
    # Who sees the ticket and not its inside is told why not.
    pairs = zip(sees.split(), inside.split(), strict=True)
    put_aside = " ".join("403" if (see, may) == ("200", "404") else may for see, may in pairs)
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
        Row(f"{room}-snoozed", put_aside),
        post(f"{room}-snoozed", put_aside, until="tomorrow"),
        Row(f"{room}-snoozed", put_aside.replace("200", "204"), "DELETE"),
        post(f"{room}-comments", notes, message="Ours", internal=True),
    ]


def decide(name: str, what: str, answers: str, /, **body: Any) -> Row:
    return Row(name, answers, "POST", body, what)


REVIEW = {"what_happened": "A disk", "why_it_happened": "Age", "what_we_change": "Disks"}


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
    Row("incidents-major", "404 404 200 404 200 200"),
    Row("incidents-majors", "200 200 200 200 200 200"),
    decide("incidents-decide", "propose", "403 404 200 404 200 403", reason="The wards are down"),
    decide("incidents-decide", "declare", "403 404 403 404 200 403", headline="No mail", words="We are on it"),
    decide("incidents-decide", "decline", "403 404 403 404 409 403", reason="One person alone"),
    decide("incidents-decide", "update", "403 404 403 404 409 403", headline="No mail", words="Soon"),
    decide("incidents-decide", "withdraw", "403 404 403 404 409 403", reason="It was a cable"),
    decide("incidents-decide", "review", "403 404 409 404 409 403", **REVIEW),
    Row("incidents-raised-for", "200 404 200 404 200 200"),
    post("incidents-raised-for", "403 404 201 404 201 403", title="It broke", words="Smoke"),
    Row("incidents-raised-for-service", "200 200 200 200 200 200"),
    post("incidents-raised-for-service", "403 403 201 201 201 403", title="It broke", words="Smoke", level="down"),
    post("incidents-article", "403 404 409 404 409 403"),
    Row("outages-list", "200 200 200 200 200 200"),
    Row("outages-detail", "200 200 200 200 200 200"),
    post("outages-me-too", "200 200 200 200 200 200"),
    post("outages-me-too", "201 201 201 201 201 201", words="Here too"),
    post("outages-leave", "204 204 204 204 204 204"),
    Row("bursts-list", "200 200 200 200 200 200"),
    post("bursts-accept", "404 404 404 404 200 404"),
    post("bursts-dismiss", "404 404 404 404 200 404"),
    Row("ratings-list", "403 403 403 403 200 200"),
    Row("ratings-summary", "403 403 403 403 200 200"),
    post("ratings-answer", "404 404 404 404 200 403", words="Sorry"),
    post("ratings-hide", "404 404 404 404 200 403", why="It names a person"),
    post("ratings-show", "404 404 404 404 409 403"),
    Row("reports-sla", "403 403 403 403 200 200"),
    Row("reports-reopened", "403 403 403 403 200 200"),
    Row("reports-without-article", "403 403 403 403 200 200"),
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
    Row("changes-calendar", "200 200 200 200 200 200"),
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
    post("approvals-ask-too", "403 403 201 404 201 403", user="niko"),
    Row("approvals-answered", "200 200 200 200 200 200"),
    Row("approvals-agenda", "403 200 200 200 200 403"),
    Row("stand-ins-list", "200 200 200 200 200 200"),
    post("stand-ins-list", "201 201 201 201 201 201", to="niko", start="tomorrow", end="later"),
    Row("stand-ins-detail", "204 404 404 404 404 404", "DELETE"),
    Row("queues-list", "200 200 200 200 200 200"),
    Row("views-list", "403 403 200 200 200 403"),
    post("views-list", "403 403 201 201 201 403", name="Hot", query="priority=1"),
    Row("views-detail", "403 403 200 404 404 403"),
    Row("views-detail", "403 403 200 404 404 403", "PATCH", {"name": "Hotter"}),
    Row("views-detail", "403 403 204 404 404 403", "DELETE"),
    post("views-first", "403 403 200 404 404 403"),
    Row("views-first", "403 403 204 404 404 403", "DELETE"),
    Row("bulk-list", "403 403 200 200 200 403"),
    post("bulk-list", "403 403 201 400 201 403", numbers=["another"]),
    post("bulk-list", "403 403 201 409 201 403", query="tab=all"),
    Row("bulk-detail", "404 404 200 404 404 404"),
    Row("bulk-rows", "404 404 200 404 404 404"),
    Row("bulk-verbs", "404 404 200 404 404 404"),
    Row("bulk-preview", "404 404 200 404 404 404", move="note"),
    decide("bulk-preview", "note", "404 404 200 404 404 404", note="Known"),
    post("bulk-stop", "404 404 409 404 404 404"),
    Row("inbox-list", "200 200 200 200 200 200"),
    Row("inbox-detail", "404 404 200 404 404 404"),
    post("inbox-read", "404 404 200 404 404 404"),
    post("inbox-read-all", "200 200 200 200 200 200", newest=1),
    Row("articles-list", "200 200 200 200 200 200"),
    post("articles-list", "403 403 201 201 201 403", title="New"),
    Row("articles-detail", "404 404 200 200 200 403", "PATCH", {"title": "Other"}),
    Row("articles-writing", "403 403 200 200 200 200"),
    Row("articles-draft", "404 404 200 200 200 200"),
    post("articles-pictures", "404 404 400 400 400 403"),
    Row("articles-transitions", "404 404 200 200 200 200"),
    decide("articles-advance", "submit", "404 404 409 409 409 403"),
    decide("articles-advance", "publish", "404 404 403 403 200 200"),
    post("articles-still-holds", "404 404 200 200 200 403"),
    Row("articles-versions", "404 404 200 200 200 200"),
    post("articles-go-back", "404 404 200 200 200 403"),
    Row("articles-vote", "200 200 200 200 200 200"),
    post("articles-vote", "200 200 200 200 200 200", helped="yes"),
    post("articles-helped", "204 204 204 204 204 204"),
    Row("articles-figures", "404 404 200 200 200 200"),
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
