"""The administrator sees what became of each mail, has a dead one sent again, and reads the mail folder."""

import re

import pytest
from django.contrib.auth.models import Permission
from django.core.mail import EmailMultiAlternatives
from django.urls import reverse
from django.utils import timezone

from desk.notifications import actions, mailbox
from desk.notifications.models import Message
from tests.factories import incident, person

from .news import escalate

LIST = "admin:notifications_message_changelist"
BOX = "/admin/notifications/message/mailbox/"


@pytest.fixture
def told(world):
    """One event, told to four people, with a different fate of the mail each."""
    world.sam.email = ""
    world.sam.save()
    escalate(incident(world.erin), world.lena, world.sam, world.admin, subject="Soon late")
    Message.objects.filter(recipient=world.lena).update(
        mail_dead_at=timezone.now(), mail_attempts=8, mail_error="Traceback\nOSError: <no> route"
    )
    return {row.recipient.username: row for row in Message.objects.all()}


@pytest.fixture
def folder(settings, tmp_path):
    settings.EMAIL_BACKEND = "desk.notifications.mailbox.FolderBackend"
    settings.MAIL_FOLDER = tmp_path / "mail"
    return tmp_path / "mail"


def shown(client, **query):
    return {row.recipient.username for row in client.get(reverse(LIST), query).context["cl"].result_list}


def write(subject="Hello", text="First line\nSecond", html="", to="erin@northwind.example"):
    letter = EmailMultiAlternatives(subject, text, to=[to])
    if html:
        letter.attach_alternative(html, "text/html")
    letter.send()


def with_rights(*names):
    user = person("tessa", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(content_type__app_label="notifications", codename__in=names))
    return user


def test_messages_are_found_by_what_became_of_their_mail(world, told, browse):
    admin = browse(world.admin)
    found = {state: shown(admin, mail=state) for state in ("owed", "dead", "no_address", "sent", "withheld")}
    assert found == {"owed": {"admin"}, "dead": {"lena"}, "no_address": {"sam"}, "sent": set(), "withheld": set()}
    number = told["lena"].event.ticket.number
    assert shown(admin, q=number) == shown(admin, q="late") == {"admin", "lena", "sam"}
    assert shown(admin, q="lena@northwind.example") == {"lena"}
    page = admin.get(reverse(LIST)).content.decode()
    assert "OSError: &lt;no&gt; route" in page


def test_a_dead_mail_is_sent_again(world, told, browse, mailoutbox):
    admin = browse(world.admin)
    chosen = {"action": "send_again", "_selected_action": [row.pk for row in told.values()]}
    said = admin.post(reverse(LIST), chosen, follow=True).content.decode()
    assert "1 will be sent again" in said
    assert "2 had not been given up" in said
    actions.send_due()
    assert sorted(letter.to[0] for letter in mailoutbox) == ["admin@northwind.example", "lena@northwind.example"]


def test_nobody_writes_a_message_by_hand(world, told, browse):
    admin, one = browse(world.admin), told["lena"]
    forged = {"subject": "Forged", "post": "yes"}
    assert admin.post(reverse("admin:notifications_message_add"), forged).status_code == 403
    for way in ("change", "delete"):
        assert admin.post(reverse(f"admin:notifications_message_{way}", args=[one.pk]), forged).status_code == 403
    assert (
        "One hour is left." in admin.get(reverse("admin:notifications_message_change", args=[one.pk])).content.decode()
    )
    one.refresh_from_db()
    assert one.subject == "Soon late"


def test_looking_is_one_right_sending_again_another_and_the_mailbox_a_third(world, told, folder, browse):
    write()
    tessa = with_rights("view_message")
    client = browse(tessa)
    page = client.get(reverse(LIST))
    assert page.status_code == 200
    assert BOX not in page.content.decode()
    assert "Send the mail again" not in page.content.decode()
    assert client.get(BOX).status_code == 403
    (name,) = [path.stem for path in folder.iterdir()]
    assert client.get(f"{BOX}{name}/").status_code == 403
    tessa.user_permissions.add(Permission.objects.get(codename="read_mailbox"))
    assert browse(tessa).get(f"{BOX}{name}/").status_code == 200


def test_staff_without_rights_see_no_message(world, told, folder, browse):
    client = browse(person("tim", is_staff=True))
    assert client.get(reverse(LIST)).status_code == 403
    assert client.get(BOX).status_code == 403


def test_the_list_asks_the_same_number_of_questions_however_long(world, told, browse, django_assert_max_num_queries):
    admin = browse(world.admin)
    with django_assert_max_num_queries(20) as before:
        admin.get(reverse(LIST))
    for n in range(6):
        escalate(incident(person(f"guest{n}")), world.lena)
    with django_assert_max_num_queries(len(before.captured_queries)):
        admin.get(reverse(LIST))


# -- the mail folder ----------------------------------------------------------------------------


def test_the_mailbox_shows_the_newest_mail_first_and_each_as_text(world, folder, browse):
    write("First")
    write("Zweite: Drücker 🖨️", "See https://portal.example/x/ & more", html="<b>bold</b><script>alert(1)</script>")
    admin = browse(world.admin)
    page = admin.get(BOX).content.decode()
    assert 0 < page.index("Zweite: Drücker 🖨️") < page.index("First")
    letter = mailbox.read(mailbox.names()[0])
    shown = admin.get(f"{BOX}{letter.name}/").content.decode()
    assert 'href="https://portal.example/x/"' in shown
    assert "alert(1)" not in shown
    assert "erin@northwind.example" in shown


def test_times_are_the_viewers_whatever_the_zone_of_the_mail(world, folder, browse):
    """Django dates its mails “-0000”: in UTC, from nowhere in particular."""
    world.admin.time_zone = "Pacific/Auckland"
    world.admin.save()
    folder.mkdir()
    for name, zone in (("20260401T000000000000-00000000", "-0000"), ("20260401T000000000000-00000001", "+0200")):
        (folder / f"{name}.eml").write_bytes(f"Date: Mon, 02 Mar 2026 08:30:00 {zone}\nSubject: Hi\n\nHi".encode())
    admin = browse(world.admin)
    assert re.findall(r'mailbox-sent">([^<]+)<', admin.get(BOX).content.decode()) == [
        "2 Mar 2026, 19:30:00",
        "2 Mar 2026, 21:30:00",
    ]
    assert ", 2 Mar 2026, 21:30:00" in admin.get(f"{BOX}20260401T000000000000-00000000/").content.decode()


def test_the_mailbox_comes_in_pages(world, folder, browse):
    for n in range(51):
        write(f"Mail {n}.")
    admin = browse(world.admin)
    first, second = admin.get(BOX).content.decode(), admin.get(BOX, {"page": "2"}).content.decode()
    assert re.findall(r">(Mail \d+)\.<", first) == [f"Mail {n}" for n in range(50, 0, -1)]
    assert "1–50 of 51" in first
    assert re.findall(r">(Mail \d+)\.<", second) == ["Mail 0"]
    assert admin.get(BOX, {"page": "x"}).content.decode().count("mailbox-sent") == 50


def test_a_mail_that_is_html_only_is_shown_as_its_source(world, folder, browse):
    letter = EmailMultiAlternatives("Html", "<script>alert(1)</script>", to=["erin@northwind.example"])
    letter.content_subtype = "html"
    letter.send()
    shown = browse(world.admin).get(f"{BOX}{mailbox.names()[0]}/").content.decode()
    assert "<script>alert" not in shown
    assert "&lt;script&gt;alert(1)" in shown


def test_the_folder_keeps_the_newest_and_is_for_its_owner_alone(folder, monkeypatch):
    monkeypatch.setattr(mailbox, "KEPT", 3)
    for n in range(5):
        write(f"Mail {n}")
    assert [mailbox.read(name).subject for name in mailbox.names()] == ["Mail 4", "Mail 3", "Mail 2"]
    assert len(list(folder.iterdir())) == 3
    assert folder.stat().st_mode & 0o077 == 0
    assert {path.stat().st_mode & 0o077 for path in folder.iterdir()} == {0}


@pytest.mark.parametrize("name", ["..", "../secret", "secret", "20260101T000000000000-00000000", "x" * 300])
def test_no_other_file_is_read(world, folder, browse, name):
    write()
    for path in (folder / "secret.eml", folder.parent / "secret.eml"):
        path.write_text("Subject: the key\n\nopensesame")
    assert mailbox.read(name) is None
    assert "opensesame" not in browse(world.admin).get(f"{BOX}{name}/", follow=True).content.decode()


def test_a_torn_file_does_not_spoil_the_list(world, folder, browse):
    write("Whole")
    (folder / "20990101T000000000000-00000000.eml").write_bytes(
        b"Date: yesterday-ish\nSubject: =?x?q?=FF?=\n\n\xff\x00"
    )
    (folder / "readme.txt").write_text("not a mail")
    page = browse(world.admin).get(BOX)
    assert page.status_code == 200
    assert "Whole" in page.content.decode()
    assert browse(world.admin).get(f"{BOX}20990101T000000000000-00000000/").status_code == 200


def test_with_a_mail_server_the_page_says_where_mail_goes(world, settings, browse):
    settings.EMAIL_BACKEND, settings.EMAIL_HOST = "django.core.mail.backends.smtp.EmailBackend", "mail.example.org"
    admin = browse(world.admin)
    assert "Mail goes to the mail server mail.example.org" in admin.get(BOX).content.decode()
    assert admin.get(f"{BOX}20260101T000000000000-00000000/").status_code == 404


def test_an_empty_mailbox_says_so(world, folder, browse):
    assert "No mail yet" in browse(world.admin).get(BOX).content.decode()
