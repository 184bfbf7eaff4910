"""Static files keep the address of what was collected, and one that wasn't collected has none."""

import json

import pytest

from itsm.static_files import Files


@pytest.fixture
def files(settings, tmp_path):
    settings.DEBUG, settings.STATIC_URL = False, "/static/"
    paths = {"css/base.css": "css/base.5f2a.css"}
    (tmp_path / "staticfiles.json").write_text(json.dumps({"version": "1.1", "hash": "1", "paths": paths}))
    return Files(location=tmp_path, base_url="/static/")


def test_a_file_is_named_with_its_hash_which_is_looked_up_once(files):
    assert files.url("css/base.css#top") == "/static/css/base.5f2a.css#top"
    assert files.url("css/base.css") == "/static/css/base.5f2a.css"
    files.hashed_files = {}
    assert files.url("css/base.css") == "/static/css/base.5f2a.css"  # it isn't worked out again


def test_what_was_not_collected_is_an_error_each_time(files):
    for _ in range(2):
        with pytest.raises(ValueError, match=r"css/none\.css"):
            files.url("css/none.css")
