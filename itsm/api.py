"""Addresses for programs, version by version; each room brings its own endpoints."""

from django.urls import include, path
from rest_framework.routers import SimpleRouter

from changes import api as changes
from desk.api.endpoints import (
    approvals,
    articles,
    bulk,
    deliveries,
    files,
    inbox,
    people,
    places,
    saved_views,
    search,
    stand_ins,
    webhooks,
)
from desk.api.views import schema
from incidents import api as incidents
from requests_fulfillment import api as requests
from workorders import api as workorders

router = SimpleRouter()
router.register("incidents", incidents.Incidents, "incidents")
router.register("outages", incidents.Outages, "outages")
router.register("bursts", incidents.Bursts, "bursts")
router.register("ratings", incidents.Ratings, "ratings")
router.register("reports", incidents.Reports, "reports")
router.register("work-orders", workorders.WorkOrders, "work-orders")
router.register("changes", changes.Changes, "changes")
router.register("requests", requests.Requests, "requests")
router.register("catalogue", requests.Catalogue, "catalogue")
router.register("approvals", approvals.Approvals, "approvals")
router.register("stand-ins", stand_ins.StandIns, "stand-ins")
router.register("queues", saved_views.Queues, "queues")
router.register("views", saved_views.SavedViews, "views")
router.register("bulk", bulk.Bulk, "bulk")
router.register("inbox", inbox.Inbox, "inbox")
router.register("articles", articles.Articles, "articles")
router.register("services", incidents.Services, "services")
router.register("sites", places.Sites, "sites")
router.register("categories", places.Categories, "categories")
router.register("people", people.People, "people")
router.register("workgroups", people.Workgroups, "workgroups")
router.register("search", search.Search, "search")
router.register("attachments", files.Attachments, "attachments")
router.register("deliveries", deliveries.Deliveries, "deliveries")
router.register("webhooks", webhooks.Webhooks, "webhooks")

app_name = "api"
urlpatterns = [
    path("v1/alerts/", incidents.alerts, name="alerts"),
    path("v1/schema/", schema, name="schema"),
    path("v1/", include(router.urls)),
]
