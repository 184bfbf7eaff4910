"""The floor that all rows are compared with: a bare Django view: session, user, one indexed query, fifty rows."""

from functools import cache

from django.http import HttpRequest, HttpResponse
from django.template import Context, Template
from django.urls import path

from desk.tickets.models import Ticket

PAGE = """<!doctype html><title>Rows</title><p>{{ who }}</p><table>{% for ticket in rows %}<tr><td>{{ ticket.number }}</td>
<td><a href="/incidents/{{ ticket.number }}/">{{ ticket.title }}</a></td><td>P{{ ticket.priority }}</td>
<td>{{ ticket.state }}</td><td>{{ ticket.requester }}</td><td>{{ ticket.assignee }}</td><td>{{ ticket.workgroup }}</td>
<td>{{ ticket.created_at|date:"j M Y, H:i" }}</td></tr>{% endfor %}</table>"""
template = cache(Template)


def rows(request: HttpRequest, workgroup: int) -> HttpResponse:
    found = Ticket.objects.filter(workgroup=workgroup).exclude(state__in=["closed", "cancelled"])
    found = found.select_related("requester", "assignee", "workgroup").order_by("priority", "id")[:50]
    return HttpResponse(template(PAGE).render(Context({"rows": found, "who": request.user})))


urlpatterns = [path("rows/<int:workgroup>/", rows)]
