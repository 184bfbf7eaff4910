"""Celery's application and the fixed timetable of beat. Timers are rows; beat only says when to look."""

import os
from typing import Any

from celery import Celery, signals
from celery.schedules import crontab
from django.utils import translation

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "itsm.settings.demo")

app = Celery("itsm")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
# Clocks are told in time, whatever else there is to do: they have a queue and a worker of their own.
app.conf.task_routes = {"sla.sweep": {"queue": "timers"}}
app.conf.beat_schedule = {
    # A tick that no worker picked up in ten seconds is worth nothing: the next ones follow.
    "tick": {
        "task": "reactions.tick",
        "schedule": 2.0,
        "kwargs": {"run_id": os.environ.get("RUN_ID", "unnamed")},
        "options": {"expires": 10},
    },
    "sla-sweep": {
        "task": "sla.sweep",
        "schedule": 4.0,
        "options": {"expires": 10},
    },
    # What a commit's wake-up didn't send: put off after a failure, left by a lost worker, or the broker was away.
    "send-mail": {
        "task": "notifications.send_mail",
        "schedule": 5.0,
        "options": {"expires": 10},
    },
    "import-sheets": {
        "task": "incidents.import_sheets",
        "schedule": 5.0,
        "options": {"expires": 10},
    },
    "webhooks": {
        "task": "webhooks.send",
        "schedule": 5.0,
        "options": {"expires": 10},
    },
    "sla-rebase": {
        "task": "sla.rebase",
        "schedule": 15.0,
        "options": {"expires": 14},
    },
    "approvals": {
        "task": "approvals.tick",
        "schedule": 60.0,
        "options": {"expires": 50},
    },
    "find-bursts": {
        "task": "incidents.find_bursts",
        "schedule": 60.0,
        "options": {"expires": 50},
    },
    "close-unconfirmed": {
        "task": "incidents.close_unconfirmed",
        "schedule": 600.0,
        "options": {"expires": 500},
    },
    # A shift begins or an absence ends: somebody may be there for what nobody was available for.
    "assign-again": {
        "task": "assignment.again",
        "schedule": 60.0,
        "options": {"expires": 50},
    },
    "remind": {
        "task": "incidents.remind",
        "schedule": 600.0,
        "options": {"expires": 500},
    },
    "settle-alerts": {
        "task": "incidents.settle_alerts",
        "schedule": 15.0,
        "options": {"expires": 14},
    },
    "close-unconfirmed-requests": {
        "task": "requests.close_unconfirmed",
        "schedule": 600.0,
        "options": {"expires": 500},
    },
    "bulk": {
        "task": "bulk.work",
        "schedule": 5.0,
        "options": {"expires": 10},
    },
    # Once a day, in the small hours (UTC); a run that was missed is made up for by the next.
    "clear-sessions": {"task": "itsm.clear_sessions", "schedule": crontab(hour=3, minute=10)},
    "sweep-drafts": {"task": "drafts.sweep", "schedule": crontab(hour=3, minute=15)},
    "sweep-queues": {"task": "queues.sweep", "schedule": crontab(hour=3, minute=40)},
    "sweep-bulk": {"task": "bulk.sweep", "schedule": crontab(hour=3, minute=30)},
    "learn-routing": {"task": "assignment.learn", "schedule": crontab(hour=3, minute=40)},
    "forget-answers": {"task": "api.forget_answers", "schedule": crontab(hour=3, minute=15)},
    "sweep-sheets": {"task": "incidents.sweep_sheets", "schedule": crontab(hour=3, minute=55)},
    "forget-webhooks": {"task": "webhooks.forget", "schedule": crontab(hour=3, minute=50)},
    "sweep-files": {"task": "tickets.sweep_files", "schedule": crontab(hour=3, minute=20)},
}


@signals.task_prerun.connect
def speak_english(**_told: Any) -> None:
    """What a worker writes down for nobody in particular is English; to one person it speaks inside `speaking_to`."""
    translation.activate("en-gb")
