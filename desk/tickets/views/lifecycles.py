"""The figures of all lifecycles."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe


@require_safe
def lifecycles(request: HttpRequest) -> HttpResponse:
    return HttpResponse("")
