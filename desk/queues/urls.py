"""Addresses of the queues: all of one's workgroups together, and each on its own; what is new on a ticket; commands."""

from django.urls import path

from . import views

app_name = "queues"
urlpatterns = [
    path("queues/", views.queue, name="all"),
    path("queues/<slug:slug>/", views.queue, name="queue"),
    path("queues/<slug:slug>/team/", views.team, name="team"),
    path("views/", views.views, name="views"),
    path("views/strip/", views.strip, name="strip"),
    path("views/save/", views.save_view, name="save_view"),
    path("views/<int:pk>/", views.save_view, name="edit_view"),
    path("views/<int:pk>/delete/", views.delete_view, name="delete_view"),
    path("views/<int:pk>/first/", views.first_view, name="first_view"),
    path("snooze/<str:number>/", views.snooze, name="snooze"),
    path("select/", views.select, name="select"),
    path("select/<slug:slug>/", views.select, name="select"),
    path("export/", views.export, name="export"),
    path("export/<slug:slug>/", views.export, name="export"),
    path("commands/", views.commands, name="commands"),
    path("live/<str:number>/", views.news, name="news"),
]
