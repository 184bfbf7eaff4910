"""What may be attached, what comes back, and what a refused file leaves: the sentence, the text, and nothing else."""

import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from desk.tickets.actions import note, reply
from desk.tickets.errors import Refused
from desk.tickets.files import check, safe_name, sniff
from desk.tickets.models import Attachment, Event
from tests.factories import incident
from tests.files import HTML, PDF, PNG, SVG

GIF = b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"


def upload(name, content=PNG):
    return SimpleUploadedFile(name, content, "image/png")


def docx():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", "<w/>")
    return packed.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("shot.png", PNG, "image/png"),
        ("shot.PNG", PNG, "image/png"),
        ("anim.gif", GIF, "image/gif"),
        ("bill.pdf", PDF, "application/pdf"),
        ("trace.log", b"10:00 it broke\n", "text/plain"),
        ("page.txt", HTML, "text/plain"),
        ("letter.docx", docx(), "application/octet-stream"),
    ],
)
def test_a_file_is_what_its_bytes_say(name, content, kind):
    assert sniff(upload(name, content)) == kind


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("page.html", HTML, "“page.html” can't be attached"),
        ("drawing.svg", SVG, "“drawing.svg” can't be attached"),
        ("run.exe", b"MZ\x90", "“run.exe” can't be attached"),
        ("noending", PNG, "“noending” can't be attached"),
        ("page.png", HTML, "“page.png” isn't what its name says"),
        ("drawing.jpg", SVG, "“drawing.jpg” isn't what its name says"),
        ("shot.pdf", PNG, "“shot.pdf” isn't what its name says"),
        ("binary.txt", b"ab\x00cd", "“binary.txt” says it is text"),
        ("empty.png", b"", "“empty.png” is empty"),
    ],
)
def test_what_is_not_allowed_is_refused_with_its_name(name, content, why):
    with pytest.raises(Refused) as refusal:
        check([upload(name, content)])
    assert [why in sentence for sentence in refusal.value.sentences] == [True]


def test_the_limits_come_from_the_settings(settings):
    settings.ATTACHMENT_MAX_BYTES = 20
    settings.ATTACHMENT_MAX_FILES = 1
    with pytest.raises(Refused) as refusal:
        check([upload("a.png"), upload("b.png")])
    assert len(refusal.value.sentences) == 3  # too many, and each too large


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd.png", "passwd.png"),
        ("C:\\Temp\\shot.png", "shot.png"),
        ("a\r\nb.png", "ab.png"),
        ("\u202egnp.exe.png", "gnp.exe.png"),
        ("x" * 300 + ".png", "x" * 196 + ".png"),
        ("", "file"),
    ],
)
def test_names_are_made_harmless(given, kept):
    assert safe_name(given) == kept


def test_a_picture_comes_back_as_a_download_that_can_do_nothing(world, browse):
    found = incident(world.erin, files=[upload("shot.png")])
    attachment = Attachment.objects.get(event__ticket=found)
    answer = browse(world.erin).get(attachment.get_absolute_url())
    assert b"".join(answer.streaming_content) == PNG
    assert answer["Content-Disposition"] == 'attachment; filename="shot.png"'
    assert answer["Content-Type"] == "image/png"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"


def test_text_never_comes_back_as_a_page(world, browse):
    found = incident(world.erin, files=[upload("page.txt", HTML)])
    answer = browse(world.erin).get(Attachment.objects.get(event__ticket=found).get_absolute_url())
    assert answer["Content-Type"] == "application/octet-stream"


def test_a_file_is_seen_by_those_who_see_its_event(world, browse):
    found = incident(world.erin)
    reply(ticket=found, by=world.sam, message="Look", files=[upload("public.png")])
    note(ticket=found, by=world.sam, message="Look", files=[upload("secret.png")])
    seen = {
        (name, file.name): browse(getattr(world, name)).get(file.get_absolute_url()).status_code
        for name in ("erin", "omar", "sam", "nadia")
        for file in Attachment.objects.all()
    }
    assert seen == {
        ("erin", "public.png"): 200,
        ("erin", "secret.png"): 404,
        ("omar", "public.png"): 404,
        ("omar", "secret.png"): 404,
        ("sam", "public.png"): 200,
        ("sam", "secret.png"): 200,
        ("nadia", "public.png"): 404,
        ("nadia", "secret.png"): 404,
    }


def test_a_refused_file_says_why_and_the_text_is_kept(world, browse, settings):
    found = incident(world.erin)
    answer = browse(world.erin).post(
        f"/incidents/{found.number}/reply/", {"message": "See the drawing", "files": [upload("drawing.svg", SVG)]}
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "“drawing.svg” can&#x27;t be attached" in page
    assert "See the drawing" in page
    assert set(Event.objects.filter(ticket=found).values_list("kind", flat=True)) == {"incident.logged"}
    assert not list(settings.MEDIA_ROOT.rglob("*"))


AGAIN = "please choose your files again"


def test_only_who_sent_files_is_asked_to_choose_them_again(world, browse):
    found = incident(world.erin)
    erin, reply_to = browse(world.erin), f"/incidents/{found.number}/reply/"
    for fresh in ("/incidents/new/", found.get_absolute_url()):
        assert AGAIN not in erin.get(fresh).content.decode()
    without = erin.post(reply_to, {"message": ""})
    assert (without.status_code, AGAIN in without.content.decode()) == (422, False)
    with_files = erin.post(reply_to, {"message": "", "files": [upload("shot.png")]})
    assert with_files.status_code == 422
    assert with_files.content.decode().count(AGAIN) == 1


def test_when_the_transaction_fails_the_bytes_are_gone_too(world, settings, monkeypatch):
    monkeypatch.setattr(Attachment, "save", lambda *args, **kwargs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        incident(world.erin, files=[upload("shot.png")])
    assert [path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()] == []


def test_a_file_that_is_gone_from_the_disk_is_not_found(world, browse):
    found = incident(world.erin, files=[upload("shot.png")])
    attachment = Attachment.objects.get(event__ticket=found)
    attachment.file.storage.delete(attachment.file.name)
    assert browse(world.erin).get(attachment.get_absolute_url()).status_code == 404
