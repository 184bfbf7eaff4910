"""Articles that stories need, written and published as people would."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from desk.knowledge import actions
from desk.knowledge.models import Article
from tests.files import png

SAID = {"symptoms": "", "body": "", "keywords": "", "audience": "public", "service": None, "category": None}


def written(world: Any, title: str = "VPN drops at home", **said: Any) -> Article:
    """Sam's draft."""
    return actions.draft(by=world.sam, **{**SAID, "title": title, "answer": "Choose gate 2", **said})


def published(world: Any, title: str = "VPN drops at home", **said: Any) -> Article:
    """Sam's article, published by Lena."""
    article = actions.submit(article=written(world, title, **said), by=world.sam)
    return actions.publish(article=article, by=world.lena)


def rewritten(world: Any, article: Article, **said: Any) -> Article:
    """Sam writes on at it."""
    kept = {name: getattr(article, name) for name in actions.CONTENT}
    more = {"owner": article.owner, "review_by": article.review_by}
    return actions.save(article=article, by=world.sam, seen=article.saves, **more, **{**kept, **said})


def with_picture(world: Any, article: Article) -> Article:
    """Its draft shows a picture."""
    picture = actions.add_pictures(article=article, by=world.sam, uploads=[png("gates.png")])[0]
    return rewritten(world, article, body=f"{article.body}\n\n{picture.in_markdown}".strip())


def two_articles(world: Any) -> None:
    """“For all” and “For IT”, each with a picture, to be looked at again; the first with a next version in review."""
    for title, audience in (("For all", "public"), ("For IT", "analysts")):
        article = with_picture(world, written(world, title, audience=audience))
        actions.publish(article=actions.submit(article=article, by=world.sam), by=world.lena)
    Article.objects.update(review_by=timezone.localdate() - timedelta(days=1))
    article = rewritten(world, Article.objects.get(slug="for-all"), answer="Choose gate 3")
    actions.submit(article=article, by=world.sam)
