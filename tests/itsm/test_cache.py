"""The cache remembers for all, and asks its server with one client instead of a new one each time."""

from threading import Thread

from django.core.cache import cache, caches


def test_what_is_kept_is_found_counted_and_forgotten():
    cache.set("colour", {"sky": "blue"}, 60)
    cache.add("visits", 1, 60)
    cache.incr("visits", 2)
    assert cache.get_many(["colour", "visits", "none"]) == {"colour": {"sky": "blue"}, "visits": 3}
    cache.delete("colour")
    assert (cache.get("colour"), "visits" in cache) == (None, True)


def test_one_client_asks_for_all_of_a_thread():
    own = caches["default"]._cache
    assert own.get_client("colour") is own.get_client("visits", write=True)
    others = []
    thread = Thread(target=lambda: others.append(caches["default"]._cache.get_client()))
    thread.start()
    thread.join()
    assert others[0] is not own.get_client()
