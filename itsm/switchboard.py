"""THE table: which event sets what in motion, now (same transaction) or later (by a worker, exactly once)."""

from desk.reactions.table import Reaction, now

SWITCHBOARD: dict[str, tuple[Reaction, ...]] = {
    "comment.added": (
        now("incidents.reactions.resume_on_reply", "resumes a pending incident when its requester answers"),
    ),
}
