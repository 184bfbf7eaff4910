"""The table of who gets what from every address of the portal: one table, and no address outside it.

A column per person: nobody (signed out), erin (the requester), omar (another end user), sam (analyst of the ticket's
workgroup), nadia (analyst of another workgroup), lena (lead of the ticket's workgroup), admin (administrator).

`in`: sent to the sign-in page and back · `go`: done, sent on to a page (`part`: htmx gets a part of it; `204`: done, and nothing to show) · `404`: as if there were nothing ·
`403`: seen, but not allowed · `405`: no such method · any other number: that answer.
"""

import uuid
from dataclasses import dataclass, field
from typing import Any

from tests.architecture.addresses import every_address

DONE = {"go", "part"}
PEOPLE = ("nobody", "erin", "omar", "sam", "nadia", "lena", "admin")


# What can only be posted to stands on a page: who signs in comes back to that.
ON_A_PAGE = "(reply|note|take|recurrence|draft|detach|vote)/$"


@dataclass
class Row:
    """An address, a method, the ticket's state beforehand, and what each of the PEOPLE gets."""

    name: str
    answers: str
    method: str = "GET"
    state: str = "logged"
    data: dict[str, Any] = field(default_factory=dict)
    kwargs: dict[str, str] = field(default_factory=dict)
    for_all: bool = False  # done for everybody who has the address, and answered by a page
    asked: bool = False  # Omar's and Lena's approval was asked beforehand

    def __str__(self) -> str:
        more = ",".join(self.kwargs.values())
        return f"{self.method} {self.name}{f'({more})' if more else ''} {self.state}"

    @property
    def is_of_an_order(self) -> bool:
        """Whether it stands at a work order, and not at an incident."""
        return self.name.startswith("workorders:") and self.name not in {"workorders:new", "workorders:template"}

    @property
    def is_of_a_change(self) -> bool:
        """Whether it stands at a change."""
        return self.name.startswith("changes:") and "number" in reverse_arguments(self.name)

    @property
    def is_of_a_request(self) -> bool:
        """Whether it stands at a request."""
        return self.name.startswith("requests_fulfillment:") and "number" in reverse_arguments(self.name)

    def expected(self) -> dict[str, str]:
        return dict(zip(PEOPLE, self.answers.split(), strict=True))


def post(name: str, answers: str, **more: Any) -> Row:
    return Row(name, answers, method="POST", **more)


def do(transition: str, state: str, get: str, posted: str, **data: Any) -> list[Row]:
    """A transition's page, and sending it."""
    return moved("incidents:do", transition, state, get, posted, data)


def order(transition: str, state: str, get: str, posted: str, **data: Any) -> list[Row]:
    """The same of a work order."""
    return moved("workorders:do", transition, state, get, posted, data)


def change(transition: str, state: str, posted: str, page: str = "404 404 200 403 200 403", **data: Any) -> list[Row]:
    """The same of a change; its page opens to whoever may make the move."""
    return moved("changes:do", transition, state, f"in {page}", f"in {posted}", data)


def request(transition: str, state: str, page: str, posted: str, **data: Any) -> list[Row]:
    """The same of a request."""
    return moved("requests_fulfillment:do", transition, state, f"in {page}", f"in {posted}", data)


def moved(name: str, transition: str, state: str, get: str, posted: str, data: dict[str, Any]) -> list[Row]:
    common = {"state": state, "kwargs": {"name": transition}}
    return [Row(name, get, **common), post(name, posted, data=data, **common)]


TOKEN = uuid.UUID(int=1)
AWAY = {"start": "2031-01-01T10:00", "end": "2031-01-08T10:00"}

#    address                         nobody erin omar sam nadia lena admin
TABLE = [
    Row("home", "                        in 200 200 200 200 200 200"),
    Row("ask", "                         in 200 200 200 200 200 200"),
    Row("incidents:mine", "              in 200 200 200 200 200 200"),
    Row("incidents:new", "               in 200 200 200 200 200 200"),
    post("incidents:new", "              in  go  go  go  go  go  go", data={"title": "No sound", "impact": 3, "urgency": 2}),
    # For a ticket that went wrong, here Erin's own incident: whoever sees it, and works in IT.
    Row("incidents:raise_for", "         in 403 404 200 404 200 403"),
    post("incidents:raise_for", "        in 403 404  go 404  go 403", data={"title": "Worse", "words": "It spreads"}),
    Row("services:index", "              in 200 200 200 200 200 200"),
    Row("services:detail", "             in 200 200 200 200 200 200"),
    Row("services:raise", "              in 403 403 200 200 200 403"),
    post(
        "services:raise",
        "                                in 403 403  go  go  go 403",
        data={"title": "It is slow", "words": "Everybody waits", "level": "degraded"},
    ),
    # Sam's own selection, of Erin's incident; who works in IT may select.
    Row("bulk:index", "                  in 403 403 200 200 200 403"),
    # Sam's own view; who works in IT may have some.
    Row("queues:views", "                in 403 403 200 200 200 403"),
    Row("queues:strip", "                in 403 403 200 200 200 403"),
    Row("queues:save_view", "            in 403 403 200 200 200 403"),
    post("queues:save_view", "           in 403 403  go  go  go 403", data={"name": "Urgent"}),
    Row("queues:edit_view", "            in 403 403 200 404 404 403"),
    post("queues:edit_view", "           in 403 403  go 404 404 403", data={"name": "Urgent"}),
    post("queues:delete_view", "         in 403 403  go 404 404 403"),
    post("queues:first_view", "          in 403 403  go 404 404 403"),
    Row("queues:snooze", "               in 403 404 200 404 200 200"),
    post("queues:snooze", "              in 403 404  go 404  go  go", data={"choice": "hour"}),
    post("queues:select", "              in 403 403  go  go  go 403", data={"ids": "this"}),
    Row("bulk:run", "                    in 404 404 200 404 404 404"),
    post("bulk:stop", "                  in 404 404  go 404 404 404"),
    post("bulk:run", "                   in 404 404  go 404 404 404", data={"do": "note", "note": "Looked at"}),
    Row("drafts:keep", "                 in 405 405 405 405 405 405"),
    post("drafts:keep", "                in 204 204 204 204 204 204", data={"token": str(TOKEN), "form": "incident-new", "title": "No"}),
    Row("drafts:throw_away", "           in 405 405 405 405 405 405"),
    post("drafts:throw_away", "          in  go  go  go  go  go  go"),
    # Sam's own canned reply; who works in IT may have some.
    Row("replies:index", "               in 403 403 200 200 200 403"),
    Row("replies:new", "                 in 403 403 200 200 200 403"),
    post("replies:new", "                in 403 403  go  go  go 403", data={"name": "Hello", "text": "Hello {first_name}"}),
    Row("replies:edit", "                in 403 403 200 404 404 403"),
    post("replies:edit", "               in 403 403  go 404 404 403", data={"name": "Hello", "text": "Hello {first_name}"}),
    Row("replies:delete", "              in 405 405 405 405 405 405"),
    post("replies:delete", "             in 403 403  go 404 404 403"),
    Row("replies:offered", "             in 403 404 200 404 200 403"),
    Row("incidents:feedback", "         200 200 200 200 200 200 200", state="resolved"),
    post("incidents:feedback", "        200 200 200 200 200 200 200", state="resolved", data={"answer": "yes"}, for_all=True),
    # Two articles of Sam's: one for everybody, one for IT alone, each with a picture and with a next version in review.
    Row("knowledge:index", "             in 200 200 200 200 200 200"),
    Row("knowledge:new", "               in 403 403 200 200 200 403"),
    post("knowledge:new", "              in 403 403  go  go  go 403", data={"title": "No sound", "audience": "analysts"}),
    Row("knowledge:find", "              in 403 403 200 200 200 403"),
    Row("knowledge:writing", "           in 403 403 200 200 200 200"),
    Row("knowledge:picture", "           in 200 200 200 200 200 200", kwargs={"key": "for-all"}),
    Row("knowledge:picture", "           in 404 404 200 200 200 200", kwargs={"key": "for-it"}),
    Row("knowledge:detail", "            in 200 200 200 200 200 200", kwargs={"slug": "for-all"}),
    Row("knowledge:detail", "            in 404 404 200 200 200 200", kwargs={"slug": "for-it"}),
    Row("knowledge:vote", "              in 405 405 405 405 405 405", kwargs={"slug": "for-all"}),
    post("knowledge:vote", "             in part part part part part part", kwargs={"slug": "for-all"}, data={"helped": "yes"}),
    post("knowledge:vote", "             in 404 404 part part part part", kwargs={"slug": "for-it"}, data={"helped": "yes"}),
    Row("knowledge:helped", "            in 405 405 405 405 405 405", kwargs={"slug": "for-all"}),
    post("knowledge:helped", "           in  go  go  go  go  go  go", kwargs={"slug": "for-all"}),
    post("knowledge:helped", "           in 404 404  go  go  go  go", kwargs={"slug": "for-it"}),
    Row("knowledge:edit", "              in 404 404 200 200 200 403", kwargs={"slug": "for-all"}),
    post("knowledge:edit", "             in 404 404  go  go  go 403", kwargs={"slug": "for-all"}, data={"title": "Other", "audience": "public", "seen": 3}),
    Row("knowledge:still_holds", "       in 405 405 405 405 405 405", kwargs={"slug": "for-all"}),
    post("knowledge:still_holds", "      in 404 404  go  go  go 403", kwargs={"slug": "for-all"}),
    Row("knowledge:versions", "          in 404 404 200 200 200 200", kwargs={"slug": "for-all"}),
    Row("knowledge:go_back", "           in 405 405 405 405 405 405", kwargs={"slug": "for-all", "number": "1"}),
    post("knowledge:go_back", "          in 404 404  go  go  go 403", kwargs={"slug": "for-all", "number": "1"}),
    Row("knowledge:do", "                in 405 405 405 405 405 405", kwargs={"slug": "for-all", "name": "publish"}),
    # Nobody reviews what they wrote a part of: not Sam. Nadia leads nothing.
    post("knowledge:do", "               in 404 404 403 403  go  go", kwargs={"slug": "for-all", "name": "publish"}),
    post("knowledge:do", "               in 404 404 403 403  go  go", kwargs={"slug": "for-all", "name": "send_back"}, data={"note": "More"}),
    post("knowledge:do", "               in 404 404  go  go  go 403", kwargs={"slug": "for-all", "name": "discard"}),
    post("knowledge:do", "               in 404 404  go 403  go  go", kwargs={"slug": "for-all", "name": "retire"}),
    # A table of incidents, Sam's own; who works in IT may bring some.
    Row("incidents:sheets", "            in 403 403 200 200 200 403"),
    post("incidents:sheets", "           in 403 403 422 422 422 403"),
    Row("incidents:sheet_template", "    in 403 403 200 200 200 403"),
    Row("incidents:sheet", "             in 404 404 200 404 404 404"),
    post("incidents:sheet", "            in 404 404  go 404 404 404"),
    Row("incidents:without_article", "   in 403 403 403 403 200 200"),
    Row("incidents:write_article", "     in 405 405 405 405 405 405"),
    post("incidents:write_article", "    in 403 404  go 404  go 403", state="resolved"),
    Row("incidents:raised", "            in 200 404 200 404 200 200"),
    Row("incidents:similar", "           in 403 404 200 404 200 200"),
    Row("incidents:similar_to_typed", "  in 405 405 405 405 405 405"),
    post("incidents:similar_to_typed", " in 200 200 200 200 200 200", data={"title": "The mail is down"}),
    Row("incidents:detail", "            in 200 404 200 404 200 200"),
    post("incidents:detail", "           in 405 405 405 405 405 405"),
    post("incidents:reply", "            in  go 404  go 404  go 403", data={"message": "Any news?"}),
    post("incidents:note", "             in 403 404  go 404  go 403", data={"note": "Between us"}),
    Row("sla:clocks", "                  in 404 404 200 404 200 200"),
    Row("incidents:edit", "              in 403 404 200 404 200 403"),
    post(
        "incidents:edit",
        "                                in 403 404  go 404  go 403",
        data={"title": "The mail is slow", "requester": "erin", "impact": 3, "urgency": 2, "seen": 1},
    ),
    Row("incidents:take", "              in 405 405 405 405 405 405"),
    post("incidents:take", "             in 403 404  go 404  go 403"),
    post("incidents:recurrence", "       in  go 404  go 404  go 403", state="closed"),
    # Others as one types; and what belongs together, here Erin's incident and one of Sam's.
    Row("incidents:find", "              in 403 403 200 200 200 403"),
    Row("incidents:attach", "            in 403 404 200 404 200 403"),
    post("incidents:attach", "           in 403 404  go 404  go 403", data={"how": "child", "number": "same"}),
    Row("incidents:detach", "            in 405 405 405 405 405 405"),
    post("incidents:detach", "           in 403 404  go 404  go 403", state="child"),
    # A major incident: whoever works there proposes it, leads decide, everybody may say “me too”.
    Row("incidents:major", "             in 403 404 200 404 200 403", kwargs={"what": "propose"}),
    post("incidents:major", "            in 403 404  go 404  go 403", kwargs={"what": "propose"}, data={"reason": "All"}),
    Row("incidents:major", "             in 403 404 403 404 200 403", kwargs={"what": "declare"}),
    post(
        "incidents:major",
        "                                in 403 404 403 404  go 403",
        kwargs={"what": "declare"}, data={"headline": "No mail", "words": "We are on it"},
    ),
    post("incidents:major", "            in 403 404 403 404 409 403", kwargs={"what": "decline"}, data={"reason": "None"}),
    post(
        "incidents:major",
        "                                in 403 404 403 404  go 403",
        kwargs={"what": "update"}, data={"headline": "No mail", "words": "Soon"}, state="major",
    ),
    post("incidents:major", "            in 403 404 403 404  go 403", kwargs={"what": "withdraw"}, data={"reason": "None"}, state="major"),
    post(
        "incidents:major",
        "                                in 403 404 409 404 409 403",
        kwargs={"what": "review"}, state="major",
        data={"what_happened": "A disk", "why_it_happened": "Full", "what_we_change": "Alarm"},
    ),
    Row("incidents:major", "             in 404 404 404 404 404 404", kwargs={"what": "vanish"}),
    Row("incidents:outage", "            in 404 404 404 404 404 404"),
    Row("incidents:outage", "            in 200 200 200 200 200 200", state="major"),
    Row("incidents:me_too", "            in 404 404 404 404 404 404"),
    Row("incidents:me_too", "            in 200 200 200 200 200 200", state="major"),
    post("incidents:me_too", "           in  go  go  go  go  go  go", state="major"),
    Row("incidents:burst", "             in 405 405 405 405 405 405", kwargs={"answer": "accept"}),
    post("incidents:burst", "            in 404 404 404 404  go 404", kwargs={"answer": "accept"}),
    post("incidents:burst", "            in 404 404 404 404  go 404", kwargs={"answer": "dismiss"}),
    *do(
        "assign", "logged",
        "                                in 403 404 200 404 200 403",
        "                                in 403 404  go 404  go 403", workgroup="desk",
    ),
    *do(
        "start", "logged",
        "                                in 403 404 200 404 200 403",
        "                                in 403 404  go 404  go 403",
    ),
    *do(
        "hold", "in_progress",
        "                                in 403 404 200 404 200 403",
        "                                in 403 404  go 404  go 403", reason="vendor",
    ),
    *do(
        "resume", "pending",
        "                                in 403 404 200 404 200 403",
        "                                in 403 404  go 404  go 403",
    ),
    *do(
        "resolve", "in_progress",
        "                                in 403 404 200 404 200 403",
        "                                in 403 404  go 404  go 403", code="fixed", solution="Restarted",
    ),
    *do(
        "confirm", "resolved",
        "                                in 200 404 200 404 200 403",
        "                                in  go 404  go 404  go 403",
    ),
    *do(
        "reopen", "resolved",
        "                                in 200 404 200 404 200 403",
        "                                in  go 404  go 404  go 403", reason="Still down",
    ),
    *do(
        "cancel", "logged",
        "                                in 200 404 200 404 200 403",
        "                                in  go 404  go 404  go 403", reason="Went away",
    ),
    *do(
        "merge", "logged",
        "                                in 403 404 200 404 200 403",
        "                                in 403 404  go 404  go 403", into="same",
    ),
    *do(
        "unmerge", "merged",  # no day is left for it here
        "                                in 403 404 200 404 200 403",
        "                                in 403 404 409 404 409 403",
    ),
    *do(
        "follow_parent", "child",
        "                                in 403 404 200 404 200 403",
        "                                in 403 404 409 404 409 403",
    ),
    Row("incidents:do", "                in 404 404 404 404 404 404", kwargs={"name": "vanish"}),
    # Work orders: Sam, who raised it, does it; the Service Desk sees it through the incident as well.
    Row("workorders:my_day", "           in 200 200 200 200 200 200"),
    Row("workorders:new", "              in 403 404 200 404 200 403"),
    post(
        "workorders:new",
        "                                in 403 404  go 404  go 403",
        data={"title": "Look at it", "work_type": "on_site", "workgroup": "desk", "priority": 3},
    ),
    Row("workorders:template", "         in 405 405 405 405 405 405"),
    post("workorders:template", "        in 403 404  go 404  go 403", data={"template": "template"}),
    Row("workorders:tick", "             in 405 405 405 405 405 405"),
    post("workorders:tick", "            in 404 404 part 404 part 403", state="in_progress", data={"done": "1"}),
    Row("workorders:detail", "           in 404 404 200 404 200 200", state="open"),
    post("workorders:reply", "           in 404 404  go 404  go 403", state="open", data={"message": "On my way"}),
    post("workorders:note", "            in 404 404  go 404  go 403", state="open", data={"note": "Bring a ladder"}),
    Row("workorders:edit", "             in 404 404 200 404 200 403", state="open"),
    post("workorders:edit", "            in 404 404  go 404  go 403", state="open", data={"title": "Look", "seen": 1}),
    post("workorders:take", "            in 404 404  go 404  go 403", state="open"),
    *order(
        "assign", "open",
        "                                in 404 404 200 404 200 403",
        "                                in 404 404  go 404  go 403", workgroup="desk",
    ),
    *order(
        "start", "open",
        "                                in 404 404 200 404 200 403",
        "                                in 404 404  go 404  go 403",
    ),
    *order(
        "hold", "in_progress",
        "                                in 404 404 200 404 200 403",
        "                                in 404 404  go 404  go 403", reason="vendor",
    ),
    *order(
        "resume", "pending",
        "                                in 404 404 200 404 200 403",
        "                                in 404 404  go 404  go 403",
    ),
    *order(
        "complete", "in_progress",
        "                                in 404 404 200 404 200 403",
        "                                in 404 404  go 404  go 403", result="Replaced it",
    ),
    *order(
        "fail", "in_progress",
        "                                in 404 404 200 404 200 403",
        "                                in 404 404  go 404  go 403", reason="No key",
    ),
    *order(
        "cancel", "open",
        "                                in 404 404 200 404 200 403",
        "                                in 404 404  go 404  go 403", reason="Not needed",
    ),
    *order(
        "release", "waiting",
        "                                in 404 404 403 404 403 403",
        "                                in 404 404 403 404 403 403",
    ),
    post("workorders:depend", "          in 404 404  go 404  go 403", state="waiting", data={"needs": "other"}),
    post("workorders:again", "           in 404 404  go 404  go 403", state="failed"),
    post("workorders:without", "         in 404 404  go 404  go 403", state="failed"),
    post("workorders:give_up", "         in 404 404  go 404  go 403", state="failed", data={"reason": "Not needed"}),
    # Changes: Sam's, of the Service Desk. Whoever sees any queue sees them; end users don't.
    Row("changes:index", "               in 200 200 200 200 200 200"),
    Row("changes:new", "                 in 403 403 200 200 200 403"),
    post("changes:new", "                in 403 403  go  go  go 403", data={"title": "New", "workgroup": "desk", "change_type": "normal", "impact": 2}),
    Row("changes:record", "              in 403 403 200 200 200 200"),
    Row("changes:detail", "              in 404 404 200 200 200 200", state="draft"),
    post("changes:reply", "              in 404 404  go  go  go  go", state="draft", data={"message": "When?"}),
    post("changes:note", "               in 404 404  go 403  go 403", state="draft", data={"note": "Between us"}),
    Row("changes:edit", "                in 404 404 200 403 200 403", state="draft"),
    post("changes:edit", "               in 404 404  go 403  go 403", state="draft", data={"title": "Other", "impact": 2, "seen": 1, "change_type": "normal"}),
    post("changes:take", "               in 404 404  go 403  go 403", state="draft"),
    Row("changes:interruption", "        in 404 404 200 403 200 403", state="implementing"),
    post("changes:interruption", "       in 404 404  go 403  go 403", state="implementing", data={"words": "No Wi-Fi", "service": "wifi", "level": "down"}),
    *change("submit", "draft", "404 404 409 403 409 403"),  # no rule says who decides
    *change("withdraw", "approved", "404 404  go 403  go 403"),
    *change("approve", "submitted", "404 404 403 403 403 403", page="404 404 403 403 403 403"),
    *change("reject", "submitted", "404 404 403 403 403 403", page="404 404 403 403 403 403"),
    *change("reconsider", "approved", "404 404 403 403 403 403", page="404 404 403 403 403 403"),
    *change("schedule", "approved", "404 404  go 403  go 403"),
    *change("start", "scheduled", "404 404  go 403  go 403"),
    *change("finish", "implementing", "404 404  go 403  go 403", outcome="successful", done="It is in"),
    *change("fail", "implementing", "404 404  go 403  go 403", backed_out="no", done="It is broken"),
    *change("write_review", "implemented", "404 404  go 403  go 403", review="We learnt"),
    *change("close", "implemented", "404 404  go 403  go 403"),
    *change("cancel", "draft", "404 404  go 403  go 403", reason="Not needed"),
    *change("assign", "draft", "404 404  go 403  go 403", workgroup="desk"),
    # The catalogue is for everybody; what stands in it for Radiology alone is not there.
    Row("catalogue:index", "             in 200 200 200 200 200 200"),
    Row("catalogue:detail", "            in 200 200 200 200 200 200", kwargs={"slug": "office-chair"}),
    post("catalogue:detail", "           in  go  go  go  go  go  go", kwargs={"slug": "office-chair"}),
    Row("catalogue:detail", "            in 404 404 404 404 404 404", kwargs={"slug": "x-ray-apron"}),
    post("catalogue:detail", "           in 404 404 404 404 404 404", kwargs={"slug": "x-ray-apron"}),
    Row("catalogue:draft", "             in 405 405 405 405 405 405", kwargs={"slug": "office-chair"}),
    post("catalogue:draft", "            in part part part part part part", kwargs={"slug": "office-chair"}, data={"requester": "om"}),
    post("catalogue:draft", "            in 404 404 404 404 404 404", kwargs={"slug": "x-ray-apron"}, data={"requester": "om"}),
    # Requests: Erin's, of the Service Desk.
    Row("requests_fulfillment:mine", "   in 200 200 200 200 200 200"),
    Row("requests_fulfillment:detail", " in 200 404 200 404 200 200", state="in_fulfilment"),
    post("requests_fulfillment:reply", " in  go 404  go 404  go 403", state="in_fulfilment", data={"message": "When?"}),
    post("requests_fulfillment:note", "  in 403 404  go 404  go 403", state="in_fulfilment", data={"note": "Between us"}),
    Row("requests_fulfillment:edit", "   in 403 404 200 404 200 403", state="in_fulfilment"),
    post("requests_fulfillment:edit", "  in 403 404  go 404  go 403", state="in_fulfilment", data={"title": "Chair", "impact": 3, "urgency": 3, "seen": 3}),
    post("requests_fulfillment:take", "  in 403 404  go 404  go 403", state="in_fulfilment"),
    Row("requests_fulfillment:disruption", "in 403 404 200 404 200 403", state="fulfilment_failed"),
    post("requests_fulfillment:disruption", "in 403 404 go 404  go 403", state="fulfilment_failed", data={"disrupts": "no"}),
    *request("await_approval", "in_fulfilment", "403 404 403 404 403 403", "403 404 403 404 403 403"),
    *request("approve", "in_fulfilment", "403 404 403 404 403 403", "403 404 403 404 403 403"),
    *request("reject", "in_fulfilment", "403 404 403 404 403 403", "403 404 403 404 403 403"),
    *request("reconsider", "in_fulfilment", "403 404 403 404 403 403", "403 404 403 404 403 403"),
    *request("start", "in_fulfilment", "403 404 200 404 200 403", "403 404 409 404 409 403"),
    *request("hold", "in_fulfilment", "403 404 200 404 200 403", "403 404  go 404  go 403", reason="vendor"),
    *request("resume", "pending", "403 404 200 404 200 403", "403 404  go 404  go 403"),
    *request("fulfil", "in_fulfilment", "403 404 200 404 200 403", "403 404  go 404  go 403"),
    *request("fail", "in_fulfilment", "403 404 200 404 200 403", "403 404  go 404  go 403", reason="None left"),
    *request("retry", "fulfilment_failed", "403 404 200 404 200 403", "403 404  go 404  go 403", how_to="again"),
    *request("confirm", "fulfilled", "200 404 200 404 200 403", " go 404  go 404  go 403"),
    *request("refuse", "fulfilled", "200 404 200 404 200 403", " go 404  go 404  go 403", reason="Wrong one"),
    *request("cancel", "in_fulfilment", "200 404 200 404 200 403", " go 404  go 404  go 403", reason="Not needed"),
    *request("assign", "in_fulfilment", "403 404 200 404 200 403", "403 404  go 404  go 403", workgroup="desk"),
    Row("tickets:links", "               in 403 404 200 404 200 403"),
    post("tickets:links", "              in 403 404  go 404  go 403", data={"how": "related_to>", "number": "another"}),
    Row("queues:all", "              in 200 200 200 200 200 200"),
    Row("queues:queue", "               in 404 404 200 404 200 200"),
    Row("queues:commands", "             in 403 403 200 200 200 200"),
    Row("queues:export", "              in 200 200 200 200 200 200"),
    Row("queues:news", "                 in 200 404 200 404 200 200"),
    Row("queues:team", "                in 404 404 403 404 200 403"),
    Row("search:index", "                in 200 200 200 200 200 200"),
    Row("search:quick", "                in 200 200 200 200 200 200"),
    Row("tickets:lifecycles", "          in 200 200 200 200 200 200"),
    Row("tickets:attachment", "          in 200 404 200 404 200 200", kwargs={"key": "public"}),
    Row("tickets:attachment", "          in 404 404 200 404 200 200", kwargs={"key": "internal"}),
    # Approvals: Omar and Lena are asked about Erin's incident, nobody answers for them; Omar sees it by that alone.
    Row("approvals:mine", "              in 200 200 200 200 200 200"),
    Row("approvals:agenda", "            in 403 200 200 200 200 403", asked=True),
    Row("approvals:stand_in", "          in 405 405 405 405 405 405"),
    post(
        "approvals:stand_in",
        "                                in  go  go  go 409  go  go",
        data={"to": "nadia", "start": "2020-01-01T00:00", "end": "2999-01-01T00:00"},
    ),
    Row("approvals:end_stand_in", "      in 405 405 405 405 405 405", asked=True),
    post("approvals:end_stand_in", "     in 404  go 404 404 404 404", asked=True),
    Row("approvals:add", "               in 403 403 200 404 200 403", asked=True),
    post("approvals:add", "              in 403 403  go 404  go 403", asked=True, data={"user": "niko"}),
    Row("approvals:seat", "              in 200 200 200 404 200 200", asked=True),
    post("approvals:seat", "             in 403  go 403 404 403 403", asked=True, data={"answer": "approve"}),
    Row("notifications:inbox", "         in 200 200 200 200 200 200"),
    Row("notifications:open", "          in 405 405 405 405 405 405"),
    post("notifications:open", "         in 404 404  go 404 404 404"),  # Sam's own message
    Row("notifications:read_all", "      in 405 405 405 405 405 405"),
    post("notifications:read_all", "     in  go  go  go  go  go  go"),
    # The calendar of changes shows everybody what they may see; addresses for calendar programs are one's own: Sam's.
    Row("changes:calendar", "            in 200 200 200 200 200 200"),
    Row("changes:check", "               in 200 200 200 200 200 200"),
    Row("changes:feeds", "               in 200 200 200 200 200 200"),
    post("changes:feeds", "              in  go  go  go  go  go  go"),
    Row("changes:renew_feed", "          in 405 405 405 405 405 405"),
    post("changes:renew_feed", "         in 404 404  go 404 404 404"),
    Row("changes:remove_feed", "         in 405 405 405 405 405 405"),
    post("changes:remove_feed", "        in 404 404  go 404 404 404"),
    Row("changes:feed", "               200 200 200 200 200 200 200"),
    # Programs have tokens; who is signed in, and comes without one, is as strange here as anybody.
    Row("api:alerts", "                 405 405 405 405 405 405 405"),
    post("api:alerts", "                401 401 401 401 401 401 401"),
    Row("api:schema", "                 200 200 200 200 200 200 200"),
    # Sam's own token.
    Row("tokens:new", "                  in 200 200 200 200 200 200"),
    post("tokens:new", "                 in 422 422 422 422 422 422", data={"name": "Mine"}),
    Row("tokens:reference", "            in 200 200 200 200 200 200"),
    Row("tokens:revoke", "               in 405 405 405 405 405 405"),
    post("tokens:revoke", "              in 404 404  go 404 404 404"),
    Row("reports", "                     in 403 403 403 403 200 200"),
    Row("incident_reports:reopened", "   in 403 403 403 403 200 200"),
    Row("incident_reports:ratings", "    in 403 403 403 403 200 200"),
    # A rating of what the Service Desk solved: its lead's; an administrator reads it.
    Row("incident_reports:answer", "     in 405 405 405 405 405 405"),
    post("incident_reports:answer", "    in 404 404 404 404  go 403", data={"words": "We are sorry"}),
    Row("incident_reports:hide", "       in 405 405 405 405 405 405"),
    post("incident_reports:hide", "      in 404 404 404 404  go 403", data={"why": "A name"}),
    Row("incident_reports:show", "       in 405 405 405 405 405 405"),
    post("incident_reports:show", "      in 404 404 404 404  go 403"),
    Row("sla:report", "                  in 403 403 403 403 200 200"),
    Row("sla:report_csv", "              in 403 403 403 403 200 200"),
    Row("people:preferences", "          in 200 200 200 200 200 200"),
    post("people:preferences", "         in  go  go  go  go  go  go", data={"single_keys": "", "mails": "on", "time_zone": "Europe/Lisbon"}),
    # Another browser of Sam's.
    Row("people:end_place", "            in 405 405 405 405 405 405"),
    post("people:end_place", "           in 404 404  go 404 404 404"),
    Row("people:end_other_places", "     in 405 405 405 405 405 405"),
    post("people:end_other_places", "    in  go  go  go  go  go  go"),
    Row("people:find", "                 in 403 403 200 200 200 403"),
    Row("people:profile", "              in 404 404 200 200 200 200", kwargs={"username": "sam"}),
    Row("people:profile", "              in 200 404 200 200 200 200", kwargs={"username": "erin"}),
    post("people:profile", "             in 404 404  go 403  go 403", kwargs={"username": "sam"}, data=AWAY),
    post("people:profile", "             in 403 404 403 403 403 403", kwargs={"username": "erin"}, data=AWAY),
    post("people:drop", "                in 404 404  go 403  go 403", kwargs={"username": "sam"}),
    Row("healthz", "                    200 200 200 200 200 200 200"),
    Row("readyz", "                     503 503 503 503 503 503 503"),  # no worker ticks in tests
    Row("metrics", "                    200 200 200 200 200 200 200"),  # from this machine; itsm/test_metrics.py has the rest
    # A visitor's language, and the words of scripts in it.
    Row("language", "                   302 302 302 302 302 302 302"),
    post("language", "                   go  go  go  go  go  go  go", data={"language": "en-gb"}),
    Row("words", "                      200 200 200 200 200 200 200", kwargs={"language": "de"}),
    Row("account_login", "              200 302 302 302 302 302 302"),
    Row("account_logout", "             302 200 200 200 200 200 200"),
    post("account_logout", "            302 302 302 302 302 302 302"),
    Row("account_inactive", "           200 200 200 200 200 200 200"),
    Row("account_change_password", "     in 200 200 200 200 200 200"),
    Row("account_set_password", "        in 302 302 302 302 302 302"),
    Row("account_reset_password", "     200 200 200 200 200 200 200"),
    Row("account_reset_password_done", "200 200 200 200 200 200 200"),
    Row("account_reset_password_from_key", "200 200 200 200 200 200 200"),
    Row("account_reset_password_from_key_done", "200 200 200 200 200 200 200"),
    # The second step: nobody of them has one; whoever changes it is asked for the password first.
    Row("mfa_index", "                   in 200 200 200 200 200 200"),
    Row("mfa_authenticate", "            in  go  go  go  go  go  go"),
    Row("mfa_reauthenticate", "          in 302 302 302 302 302 302"),
    Row("mfa_activate_totp", "           in 302 302 302 302 302 302"),
    Row("mfa_deactivate_totp", "         in 404 404 404 404 404 404"),
    Row("mfa_view_recovery_codes", "     in 404 404 404 404 404 404"),
    Row("mfa_generate_recovery_codes", " in 302 302 302 302 302 302"),
    Row("mfa_download_recovery_codes", " in 404 404 404 404 404 404"),
    Row("account_reauthenticate", "      in 200 200 200 200 200 200"),
]  # fmt: skip

# What a visitor may have without signing in, besides /admin/login/: exactly this.
OPEN_DOORS = {
    "healthz", "readyz", "metrics", "language", "words", "account_login", "account_logout", "account_inactive",
    "account_reset_password",
    "account_reset_password_done", "account_reset_password_from_key", "account_reset_password_from_key_done",
    "api:schema",  # it tells how one asks, and nothing of what there is
    "api:alerts",  # monitoring systems have no account: a token says who they are, and without it they get 401
    "incidents:feedback",  # a link in a mail: it is signed, and answers once
    "changes:feed",  # calendar programs can't sign in: the address is signed, and shows what its owner may see
}  # fmt: skip
# allauth's own, which ask for more than the table's people have; itsm/test_second_step.py goes through them.
SECOND_STEP = {row.name for row in TABLE if row.name.startswith("mfa_")} - {"mfa_index"}
# Of Django's admin: signing in and out there have rules of their own.
ADMIN_DOORS = {"admin:login", "admin:logout"}


def reverse_arguments(name: str) -> tuple[str, ...]:
    """What an address takes."""
    return next(address.arguments for address in every_address() if address.key == name)
