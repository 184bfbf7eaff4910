"""Addresses of articles."""

from django.urls import path

from . import views

app_name = "knowledge"
urlpatterns = [
    path("", views.index, name="index"),
    path("new/", views.new, name="new"),
    path("find/", views.find, name="find"),
    path("writing/", views.writing, name="writing"),
    path("pictures/<uuid:key>/", views.picture, name="picture"),
    path("<slug:slug>/", views.article, name="detail"),
    path("<slug:slug>/vote/", views.vote, name="vote"),
    path("<slug:slug>/helped/", views.helped, name="helped"),
    path("<slug:slug>/edit/", views.edit, name="edit"),
    path("<slug:slug>/still-holds/", views.still_holds, name="still_holds"),
    path("<slug:slug>/versions/", views.versions, name="versions"),
    path("<slug:slug>/versions/<int:number>/go-back/", views.go_back, name="go_back"),
    path("<slug:slug>/do/<slug:name>/", views.do, name="do"),
]
