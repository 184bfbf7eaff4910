"""From draft to readers and back: who reviews, what is kept of each publishing, and what readers say."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from desk.knowledge import actions, queries
from desk.knowledge.models import Article, Reading, Vote
from desk.notifications.actions import send_due
from desk.notifications.models import Message
from desk.people.models import Role
from desk.tickets.errors import Refused
from tests.desk.knowledge.articles import published, rewritten, with_picture, written
from tests.factories import analyst
from tests.files import png, text

pytestmark = pytest.mark.django_db


def found(user, words):
    return [line.article.current.title for line in queries.find(words, user)]


def test_an_article_goes_from_sam_by_lena_to_its_readers(world):
    article = written(world)
    assert found(world.erin, "vpn") == []
    article = actions.submit(article=article, by=world.sam)
    assert found(world.erin, "vpn") == []
    article = actions.publish(article=article, by=world.lena)
    assert found(world.erin, "vpn") == ["VPN drops at home"]
    assert article.review_by == timezone.localdate() + timedelta(days=180)


def test_nobody_reviews_what_they_wrote_a_part_of(world):
    """Lena mends a comma, and so it is the administrator who publishes."""
    article = written(world)
    article = actions.save(article=article, by=world.lena, seen=1, title="VPN drops", answer="Choose gate 2.")
    article = actions.submit(article=article, by=world.sam)
    for somebody in (world.sam, world.lena, world.nadia, world.erin):
        with pytest.raises(PermissionDenied):
            actions.publish(article=article, by=somebody)
    article = actions.publish(article=article, by=world.admin)
    assert article.written_by == []
    article = actions.submit(article=rewritten(world, article, answer="Gate 3"), by=world.sam)
    assert actions.publish(article=article, by=world.lena).current.number == 2


def test_what_isnt_good_enough_goes_back_with_a_word(world):
    article = actions.submit(article=written(world), by=world.sam)
    with pytest.raises(Refused):
        actions.send_back(article=article, by=world.lena, note=" ")
    article = actions.send_back(article=article, by=world.lena, note="Which gate?")
    assert (article.stage, article.review_note) == ("draft", "Which gate?")
    with pytest.raises(Refused, match="isn't possible"):
        actions.publish(article=article, by=world.lena)


def test_without_a_short_answer_nothing_is_reviewed(world):
    with pytest.raises(Refused, match="in short"):
        actions.submit(article=written(world, answer=""), by=world.sam)


def test_readers_see_the_published_version_until_the_next_is(world):
    article = rewritten(world, published(world), title="VPN anew")
    assert found(world.erin, "vpn") == ["VPN drops at home"]
    article = actions.submit(article=article, by=world.sam)
    assert found(world.erin, "anew") == []
    actions.publish(article=article, by=world.lena)
    assert found(world.erin, "anew") == ["VPN anew"]
    assert found(world.erin, "drops") == []
    assert [one.title for one in article.versions.all()] == ["VPN anew", "VPN drops at home"]


def test_a_new_version_is_discarded_and_an_old_one_taken_up_again(world):
    article = actions.discard(article=rewritten(world, published(world), title="VPN anew"), by=world.sam)
    assert (article.title, article.stage) == ("VPN drops at home", "published")
    article = rewritten(world, article, title="VPN anew")
    article = actions.publish(article=actions.submit(article=article, by=world.sam), by=world.lena)
    article = actions.go_back(article=article, version=article.versions.get(number=1), by=world.sam)
    assert (article.title, article.stage, article.current.title) == ("VPN drops at home", "draft", "VPN anew")


def test_two_who_write_at_once_overwrite_nothing(world):
    article = written(world)
    rewritten(world, article, answer="Sam's answer")
    with pytest.raises(Refused, match="Sam saved it while you wrote"):
        actions.save(article=article, by=world.nadia, seen=1, title="VPN", answer="Nadia's answer")
    assert Article.objects.get().answer == "Sam's answer"


def test_a_retired_article_is_shown_to_nobody_and_can_come_back(world):
    with pytest.raises(PermissionDenied):
        actions.retire(article=published(world), by=world.nadia)
    article = actions.retire(article=Article.objects.get(), by=world.sam)
    assert found(world.erin, "vpn") == found(world.sam, "vpn") == []
    article = actions.revive(article=article, by=world.nadia)
    article = actions.publish(article=actions.submit(article=article, by=world.nadia), by=world.lena)
    assert found(world.erin, "vpn") == ["VPN drops at home"]


def test_its_date_lists_it_to_be_looked_at_again(world):
    article = published(world)
    assert not article.is_due
    Article.objects.update(review_by=timezone.localdate())
    listed = {name: rows for name, _, rows in queries.desk_lists(world.sam)}
    assert listed["To look at again"] == [article]
    assert not actions.still_holds(article=article, by=world.nadia).is_due


def test_only_pictures_of_a_kind_that_cant_run_are_kept(world):
    article = written(world)
    for wrong in (text(), png("page.svg")):
        with pytest.raises(Refused):
            actions.add_pictures(article=article, by=world.sam, uploads=[wrong])
    article = with_picture(world, article)
    article = actions.publish(article=actions.submit(article=article, by=world.sam), by=world.lena)
    assert article.current.pictures == [str(article.pictures.get().key)]


def test_a_person_votes_once_and_may_change_their_mind(world):
    article = published(world)
    actions.vote(article=article, by=world.erin, helped=False, word="Which gate?")
    actions.vote(article=article, by=world.erin, helped=True)
    actions.vote(article=article, by=world.omar, helped=False)
    figures = queries.figures(article)
    assert (figures.yes, figures.no, figures.helped) == (1, 1, "50 % of 2")
    assert Vote.objects.filter(user=world.erin).count() == 1


def test_whoever_is_helped_before_reporting_counts_once_a_day(world):
    article = published(world)
    actions.deflect(article=article, by=world.erin)
    actions.deflect(article=article, by=world.erin)
    assert (queries.figures(article).deflected, queries.figures(article).yes) == (1, 1)


def test_readings_are_counted_by_day_and_order_what_is_read_most(world):
    often, seldom = published(world), published(world, "Printer prints nothing")
    for article in (often, seldom, often):
        actions.note_reading(article=article)
    assert list(Reading.objects.order_by("-count").values_list("count", flat=True)) == [2, 1]
    assert queries.most_read(world.erin) == [often, seldom]


def test_titles_that_are_the_same_or_the_rooms_own_get_addresses_of_their_own(world):
    slugs = [written(world, title).slug for title in ("Printer", "Printer", "New", "???")]
    assert slugs == ["printer", "printer-2", "new-2", "article"]


def test_search_reads_words_as_the_search_of_tickets_does(world):
    published(world, "Printing on the ward", answer="Switch the printer off", keywords="toner")
    published(world, "Mailbox full", body="Print nothing here")
    assert found(world.erin, "printed") == ["Printing on the ward", "Mailbox full"]  # titles before bodies
    assert found(world.erin, "toner -ward") == []
    assert found(world.erin, "mialbox") == ["Mailbox full"]  # mistyped


def test_leads_are_told_when_something_is_handed_in_and_those_who_wrote_it_arent(world, browse):
    nina = analyst("nina", world.network, Role.LEAD)
    article = actions.submit(article=written(world), by=world.sam)
    [told] = Message.objects.all()
    assert (told.recipient, told.subject, told.event) == (world.lena, "To review: VPN drops at home", None)
    lena = browse(world.lena)
    assert "To review: VPN drops at home" in lena.get("/inbox/").content.decode()
    assert lena.post(f"/inbox/{told.pk}/")["Location"] == f"{article.get_absolute_url()}?draft=1"
    told.refresh_from_db()
    assert told.read_at is not None

    # Lena writes a part of it; so a lead of another workgroup is asked.
    article = actions.send_back(article=article, by=world.lena, note="Which gate?")
    kept = {name: getattr(article, name) for name in actions.CONTENT}
    article = actions.save(article=article, by=world.lena, seen=article.saves, **{**kept, "answer": "Choose gate 3"})
    actions.submit(article=article, by=world.sam)
    assert Message.objects.latest("pk").recipient == nina


def test_who_leaves_it_reads_nothing_of_it_any_more(world, browse, mailoutbox, django_capture_on_commit_callbacks):
    world.lena.email = "lena@example.org"
    world.lena.save()
    with django_capture_on_commit_callbacks(execute=True):
        actions.submit(article=written(world), by=world.sam)
    send_due()
    assert [(mail.subject, mail.to) for mail in mailoutbox] == [
        ("Knowledge: To review: VPN drops at home", ["lena@example.org"])
    ]
    assert "/knowledge/vpn-drops-at-home/?draft=1" in mailoutbox[0].body
    world.lena.memberships.all().delete()
    world.lena.groups.clear()
    assert "VPN drops" not in browse(world.lena).get("/inbox/").content.decode()


def test_who_wants_no_mails_reads_it_in_the_inbox(world, mailoutbox, django_capture_on_commit_callbacks):
    world.lena.email, world.lena.mails = "lena@example.org", False
    world.lena.save()
    with django_capture_on_commit_callbacks(execute=True):
        actions.submit(article=written(world), by=world.sam)
    send_due()
    assert mailoutbox == []
    assert Message.objects.get().recipient == world.lena
