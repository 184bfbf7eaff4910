"""What beat does in the small hours, and that whatever is in its timetable exists."""

from datetime import timedelta

from django.contrib.sessions.models import Session
from django.utils import timezone
from django.utils.translation import get_language, override

from itsm.celery import app
from itsm.tasks import clear_sessions


def test_expired_sessions_go_and_living_ones_stay(world, browse):
    browse(world.erin), browse(world.sam)
    gone = Session.objects.first()
    Session.objects.filter(pk=gone.pk).update(expire_date=timezone.now() - timedelta(minutes=1))
    clear_sessions()
    assert Session.objects.count() == 1
    assert not Session.objects.filter(pk=gone.pk).exists()


def test_every_line_of_the_timetable_names_a_task_that_exists():
    app.loader.import_default_modules()
    planned = {line["task"] for line in app.conf.beat_schedule.values()}
    assert planned == {
        "reactions.tick", "incidents.close_unconfirmed", "incidents.find_bursts",
        "incidents.settle_alerts", "requests.close_unconfirmed", "itsm.clear_sessions", "tickets.sweep_files",
        "notifications.send_mail", "sla.sweep", "sla.rebase", "approvals.tick", "incidents.remind",
        "bulk.work", "bulk.sweep", "queues.sweep", "assignment.learn", "assignment.again", "drafts.sweep",
        "webhooks.send", "webhooks.forget", "api.forget_answers", "incidents.import_sheets", "incidents.sweep_sheets",
    }  # fmt: skip
    assert planned <= set(app.tasks)


def test_workers_write_down_english_whatever_the_portal_speaks(monkeypatch, settings):
    settings.LANGUAGE_CODE = "de"
    said = []
    monkeypatch.setattr("itsm.tasks.clear_sessions.run", lambda: said.append(get_language()))
    with override("de"):
        clear_sessions.apply()
    assert said == ["en-gb"]
