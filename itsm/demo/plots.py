"""How stories go: which steps in which order, how many go that way, when they begin and how long they take."""

from __future__ import annotations

from dataclasses import dataclass

from .clock import DAY


@dataclass(frozen=True)
class Plot:
    """A course of steps (methods of Tale), told `count` times in a demo of full size.

    Ages are in working minutes before now: the story begins between `oldest` and `newest`, and takes between
    `short` and `long` working minutes, but never longer than until now. `homes`: goes round all workgroups, so that
    each queue has its share; otherwise the busy ones get more. `needs` is what the problem must have to say.
    """

    steps: str
    count: int
    oldest: int
    newest: int
    short: int = 60
    long: int = 3 * DAY
    needs: str = ""
    homes: bool = False
    waits: bool = False  # goes round the pending reasons
    again: bool = False  # followed by a recurrence, once reopening is no longer possible

    @property
    def course(self) -> list[str]:
        return self.steps.split()

    @property
    def person(self) -> bool:
        """Whether the requester acts, so that it can't be monitoring's story."""
        return bool({"answer", "ask", "confirm", "reopen", "cancel"} & set(self.course)) or self.again


LONG_AGO, WEEK = 42 * DAY, 5 * DAY + 240

PLOTS = (
    # over and done with
    Plot("log sort take start resolve confirm", 28, LONG_AGO, 4 * DAY),
    Plot("log sort start note update chat resolve confirm", 20, LONG_AGO, 4 * DAY),
    Plot("log sort take start ask answer note resolve confirm", 18, LONG_AGO, 5 * DAY, needs="ask"),
    Plot("log sort start wait update resume resolve confirm", 18, LONG_AGO, 9 * DAY, DAY, 6 * DAY, waits=True),
    Plot("log sort give start resolve lapse", 22, LONG_AGO, 10 * DAY, long=3 * DAY),
    Plot("log sort start note resolve word", 22, LONG_AGO, 3 * DAY, long=DAY),
    Plot("log sort start resolve confirm", 16, 4 * DAY, 200, short=30, long=180),
    Plot(
        "log sort start update resolve reopen take start note resolve confirm",
        12, LONG_AGO, 8 * DAY, DAY, 5 * DAY, needs="reopen",
    ),
    Plot("log cancel", 6, LONG_AGO, DAY, short=20, long=200),
    Plot("log sort give cancel", 4, LONG_AGO, DAY, short=60, long=DAY),
    Plot("log sort take start resolve confirm", 6, LONG_AGO, 21 * DAY, long=DAY, again=True),
    # hands on site, or specialists behind the scenes
    Plot(
        "log sort take start order 1:take 1:start 1:done resolve confirm",
        8, LONG_AGO, 5 * DAY, DAY // 2, 3 * DAY, needs="jobs",
    ),
    Plot(
        "log sort take start order pause 1:give 1:start 1:half 1:done resolve confirm",
        5, LONG_AGO, 6 * DAY, DAY, 4 * DAY, needs="jobs",
    ),
    Plot(
        "log sort take start order 1:start 1:wait 1:resume 1:done resolve word",
        3, LONG_AGO, 6 * DAY, DAY, 4 * DAY, needs="jobs",
    ),
    Plot(
        "log sort take start order 1:start 1:fail 1:again 2:take 2:start 2:done resolve word",
        3, LONG_AGO, 7 * DAY, DAY, 5 * DAY, needs="jobs",
    ),
    Plot(
        "log sort take start order 1:give 1:cancel note resolve confirm",
        2, LONG_AGO, 4 * DAY, DAY // 2, DAY, needs="jobs",
    ),
    # still open
    Plot("log", 12, DAY, 5, homes=True),
    Plot("log sort", 14, 2 * DAY, 60, short=10, long=90, homes=True),
    Plot("log sort give", 10, 2 * DAY, 120, short=30, long=300, homes=True),
    Plot("log sort take start note", 16, 5 * DAY, 120, short=60, long=DAY, homes=True),
    Plot("log sort start update chat", 12, 4 * DAY, 120, short=60, long=DAY, homes=True),
    Plot("log sort start ask", 9, 4 * DAY, 120, short=60, long=DAY, needs="ask", homes=True),
    Plot("log sort start note wait", 10, 8 * DAY, DAY, short=60, long=DAY, homes=True, waits=True),
    Plot("log sort start resolve reopen", 5, 6 * DAY, DAY, DAY // 2, 5 * DAY, needs="reopen", homes=True),
    Plot(
        "log sort start resolve reopen take start update",
        4, 7 * DAY, DAY, DAY // 2, 6 * DAY, needs="reopen", homes=True,
    ),
    Plot("log sort start order 1:give", 4, 2 * DAY, 120, short=60, long=300, needs="jobs", homes=True),
    Plot(
        "log sort start order pause 1:take 1:start 1:half",
        3, 2 * DAY, 150, short=90, long=300, needs="jobs", homes=True,
    ),
    Plot("log sort take start note resolve", 16, 3 * DAY, 150, short=90, long=DAY, homes=True),
)  # fmt: skip

AGAIN = (
    Plot("log sort take start note resolve word", 1, 0, 0, short=60, long=DAY),
    Plot("log sort take start", 1, 0, 0, short=60, long=200),
)

# How long a step takes compared with the others, from the one before it.
WEIGHT = {"sort": 1, "take": 2, "give": 2, "start": 1, "note": 3, "update": 2, "chat": 3, "ask": 2, "answer": 6,
          "wait": 3, "resume": 9, "resolve": 7, "confirm": 6, "word": 4, "reopen": 10, "cancel": 3,
          "lapse": 0, "order": 1, "orders": 1, "template": 1, "rule": 0, "pause": 1,
          "half": 3, "done": 4, "fail": 4, "again": 2}  # fmt: skip


def weight(step: str) -> int:
    """Of a step, or of what is done to a work order of the story (`2:start` starts the second)."""
    return WEIGHT[step.rpartition(":")[2]]


@dataclass(frozen=True)
class Part:
    """A story that somebody of the demo accounts finds when they sign in."""

    problem: str
    plot: str
    requester: str
    hand: str
    begin: int  # working minutes before now
    length: int
    source: str = "web"
    reason: str = ""
    variant: int = 0


CAST = (
    Part("laptop-boot", "log sort take start resolve confirm", "erin", "jan", 24 * DAY, 400),
    Part("label-blank", "log sort start resolve reopen take start resolve confirm", "erin", "felix", 15 * DAY, 3 * DAY),
    Part(
        "wifi-ward",
        "log sort take start note orders 1:give 1:start update 1:half 1:done 2:take 3:take 2:start 3:start 4:give 2:half 3:fail",
        "erin", "nadia", 290, 270,
    ),
    Part("share-denied", "log sort start ask", "erin", "mei", DAY, 240),
    Part("mfa-phone", "log sort take start resolve", "erin", "sam", 2 * DAY, 300),
    Part("booking-double", "log sort start note update", "omar", "chris", 2 * DAY, DAY),
    Part("phone-mail", "log", "omar", "jan", 60, 5),
    Part("vpn-drops", "log sort take start note resolve confirm", "omar", "nadia", 11 * DAY, DAY),
    Part("site-line", "log sort take start note update", "", "nadia", 170, 120, source="monitoring"),
    Part("records-slow", "log sort start update note", "aisha", "amira", 130, 90, source="phone"),
    Part("records-slow", "log sort start update note resolve word", "victor", "amira", 19 * DAY, 150, "phone", "", 1),
    Part("site-line", "log sort start note update resolve word", "", "vera", 33 * DAY, DAY, "monitoring", "", 1),
    Part("order-missing", "log sort", "hannah", "dennis", 45, 20, source="phone"),
    Part("phish-clicked", "log sort", "rafael", "ruth", 35, 15),
    Part("phone-ward", "log sort", "mateo", "niko", 80, 30, source="phone"),
    Part("password-forgot", "log sort take start", "birgit", "sam", 70, 30, source="phone"),
    Part("new-starter", "log sort take rule start note 2:take 2:start 2:done 3:give 1:give", "claire", "sam", 200, 160),
    Part("calendar-invite", "log sort start ask", "miguel", "sam", DAY, 200),
    Part("ward-pc-dead", "log sort give order 1:take", "hannah", "felix", 220, 120, source="phone"),
    Part("kiosk-down", "log sort take start orders 1:take 1:start 1:wait", "noor", "felix", 250, 180),
    Part("port-dead", "log sort take start order 1:give pause", "zoe", "nadia", 160, 60, source="phone"),
    Part("switch-psu", "log sort take start template 1:take", "", "nadia", 140, 60, source="monitoring"),
    Part("intranet", "log sort start note", "katrin", "chris", DAY, 300),
    Part("vpn-code", "log sort start ask", "joana", "nadia", 400, 200),
)  # fmt: skip
