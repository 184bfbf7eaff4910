"""Every address of the portal, room by room."""

from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from django.views.i18n import set_language

from desk.sla.admin.simulate import simulate

from . import health, metrics, views

urlpatterns = [
    path("", views.home, name="home"),
    path("ask/", views.ask, name="ask"),
    path("incidents/", include("incidents.urls")),
    path("reports/", views.reports, name="reports"),
    path("reports/", include("incidents.report_urls")),
    path("services/", include("incidents.service_urls")),
    path("work-orders/", include("workorders.urls")),
    path("changes/", include("changes.urls")),
    path("requests/", include("requests_fulfillment.urls")),
    path("catalogue/", include("requests_fulfillment.catalogue_urls")),
    path("", include("desk.queues.urls")),
    path("search/", include("desk.search.urls")),
    path("knowledge/", include("desk.knowledge.urls")),
    path("", include("desk.tickets.urls")),
    path("", include("desk.sla.urls")),
    path("approvals/", include("desk.approvals.urls")),
    path("inbox/", include("desk.notifications.urls")),
    path("bulk/", include("desk.bulk.urls")),
    path("drafts/", include("desk.drafts.urls")),
    path("replies/", include("desk.replies.urls")),
    path("people/", include("desk.people.urls")),
    path("api/", include("itsm.api")),
    path("tokens/", include("desk.api.urls")),
    path("accounts/", include("itsm.account_urls")),
    path("language/", login_not_required(set_language), name="language"),
    path("words/<str:language>.js", views.words, name="words"),
    path("admin/sla/policy/simulate/", simulate),
    path("admin/", admin.site.urls),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", metrics.metrics, name="metrics"),
]
handler400 = "itsm.errors.bad_request"
handler403 = "itsm.errors.forbidden"
handler404 = "itsm.errors.not_found"
handler500 = "itsm.errors.server_error"
handler429 = "itsm.errors.too_many"  # asked for by allauth
