"""The WSGI entry that granian (or any other server) loads."""

import gc

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

application = get_wsgi_application()

# Every view is loaded now, not by whoever asks first. What is there by now stays: looked through for garbage with the rest,
# its two hundred thousand objects would hold up everybody for a seventh of a second, again and again.
_ = get_resolver().url_patterns
gc.collect()
gc.freeze()
