"""A server begins with everything loaded, and doesn't look through it for garbage ever after."""

import subprocess
import sys

ASK = """
import gc, sys
import itsm.wsgi
from django.urls import get_resolver
there = len(sys.modules)
get_resolver().url_patterns
print(len(sys.modules) - there, gc.get_freeze_count() > 50_000, len(gc.get_objects()) < 5_000)
"""


def test_every_view_is_loaded_before_anybody_asks_and_stays_out_of_the_way():
    told = subprocess.run([sys.executable, "-c", ASK], capture_output=True, text=True, check=True)
    assert told.stdout.split() == ["0", "True", "True"]
