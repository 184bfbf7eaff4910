"""The demo's knowledge base, from `knowledge.toml`: written and published as analysts and leads would, then read and used."""

from __future__ import annotations

import tomllib
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

from django.utils import timezone

from desk.knowledge import actions
from desk.knowledge.models import Article, Deflection, Reading
from incidents.models import Incident

from . import pictures
from .world import World

ARTICLES = Path(__file__).with_name("knowledge.toml")


def lay_knowledge(world: World, chance: Random, written: list[str]) -> int:
    """Make the articles, and what became of them; the names of files that were written go to `written`."""
    rows = tomllib.loads(ARTICLES.read_text(encoding="utf-8"))["articles"]
    for row in rows:
        article = _write(world, row, chance, written)
        if row.get("stage", "published") != "draft":
            article = actions.submit(article=article, by=world.people[row["by"]])
        if row.get("stage", "published") == "published":
            article = _publish(world, row, article)
            _read(world, row, article, chance)
            _use(row, article, chance)
    return len(rows)


def _said(world: World, row: dict[str, Any]) -> dict[str, Any]:
    texts = {name: row.get(name, "").strip() for name in ("title", "symptoms", "answer", "body", "keywords")}
    return {
        **texts,
        "audience": row.get("audience", "public"),
        "service": world.services.get(row.get("service", "")),
        "category": world.categories[row["category"]],
    }


def _write(world: World, row: dict[str, Any], chance: Random, written: list[str]) -> Article:
    by, said = world.people[row["by"]], _said(world, row)
    article = actions.draft(by=by, **said)
    if "{picture}" in said["body"]:
        picture = actions.add_pictures(article=article, by=by, uploads=[pictures.screenshot(chance)])[0]
        written.append(picture.file.name or "")
        said["body"] = said["body"].replace("{picture}", f"![{row['picture']}]({picture.get_absolute_url()})")
        article = actions.save(article=article, by=by, seen=article.saves, **said)
    return article


def _publish(world: World, row: dict[str, Any], article: Article) -> Article:
    """As so many days ago; an earlier wording first, where there was one."""
    at, reviewer, by = world.now - timedelta(days=row["days"]), world.people[row["reviewer"]], world.people[row["by"]]
    final = _said(world, row) | {"body": article.body}
    if "before" in row:
        article = actions.save(
            article=article, by=by, seen=article.saves, **(final | {"answer": row["before"].strip()})
        )
        article = actions.publish(article=article, by=reviewer, at=at - timedelta(days=40))
        more: dict[str, Any] = {"owner": by, "review_by": article.review_by}
        article = actions.save(article=article, by=by, seen=article.saves, **more, **final)
        article = actions.submit(article=article, by=by)
    article = actions.publish(article=article, by=reviewer, at=at)
    if row.get("due"):
        Article.objects.filter(pk=article.pk).update(review_by=timezone.localdate() - timedelta(days=row["due"]))
    Article.objects.filter(pk=article.pk).update(created_at=at - timedelta(days=2), saved_at=at - timedelta(hours=3))
    return article


def _read(world: World, row: dict[str, Any], article: Article, chance: Random) -> None:
    """Opened day by day; some say whether it helped, and some needn't report anything."""
    today = timezone.localdate(world.now)
    days = [today - timedelta(days=ago) for ago in range(min(row["days"], 60))]
    busy = row.get("reads", 2)
    Reading.objects.bulk_create(
        Reading(article=article, day=day, count=chance.randint(1, busy * 2))
        for day in days
        if day.weekday() < 5 and chance.random() < 0.7
    )
    inside = row.get("audience", "public") != "public"
    readers = world.users_of_it() if not inside else [one for group in world.analysts.values() for one in group]
    readers = [one for one in dict.fromkeys(readers) if one.pk != article.owner_id]
    yes, no = row.get("votes", [4, 1])
    said = {True: [*row.get("words", [])], False: [*row.get("missing", [])]}
    for number, reader in enumerate(chance.sample(readers, min(yes + no, len(readers)))):
        helped = number < yes
        word = said[helped].pop(0) if said[helped] and number % 2 == 0 else ""
        at = world.now - timedelta(days=chance.randint(0, min(row["days"], 30)), minutes=chance.randint(0, 600))
        actions.vote(article=article, by=reader, helped=helped, word=word, at=at)
    if not inside:
        for reader in chance.sample(readers, min(busy, 5)):
            day = today - timedelta(days=chance.randint(0, min(row["days"], 30)))
            Deflection.objects.get_or_create(article=article, user=reader, day=day)


def _use(row: dict[str, Any], article: Article, chance: Random) -> None:
    """Some of the incidents of its category that were solved since were solved with it."""
    assert article.current is not None  # just published
    solved = Incident.objects.filter(category=article.category, resolved_at__gte=article.current.published_at)
    for incident in solved.select_related("assignee").order_by("pk"):
        fits = any(word in f"{incident.title} {incident.solution}".lower() for word in row["fits"])
        if fits and incident.assignee and incident.resolved_at and chance.random() < 0.6:
            actions.use(article=article, ticket=incident, by=incident.assignee, at=incident.resolved_at)
