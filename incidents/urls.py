"""Addresses of incidents; what all kinds of ticket do alike is done by the desk's views."""

from django.urls import path

from desk.tickets import views as desk

from . import views

app_name = "incidents"
KIND = {"kind": "incident"}
urlpatterns = [
    path("", views.mine, name="mine"),
    path("new/", views.new, name="new"),
    path("import/", views.sheets, name="sheets"),
    path("import/template.csv", views.sheet_template, name="sheet_template"),
    path("import/<int:pk>/", views.sheet, name="sheet"),
    path("find/", views.find, name="find"),
    path("similar/", views.similar_to_typed, name="similar_to_typed"),
    path("feedback/<str:token>/", views.feedback, name="feedback"),
    path("without-article/", views.without_article, name="without_article"),
    path("bursts/<int:pk>/<slug:answer>/", views.burst, name="burst"),
    path("for/<str:source>/", views.raise_for, name="raise_for"),
    path("for/<str:source>/raised/", views.raised, name="raised"),
    path("<str:number>/", desk.detail, KIND, name="detail"),
    path("<str:number>/reply/", desk.say, {**KIND, "internal": False}, name="reply"),
    path("<str:number>/note/", desk.say, {**KIND, "internal": True}, name="note"),
    path("<str:number>/edit/", desk.edit, KIND, name="edit"),
    path("<str:number>/take/", desk.take, KIND, name="take"),
    path("<str:number>/do/<slug:name>/", desk.do, KIND, name="do"),
    path("<str:number>/outage/", views.outage, name="outage"),
    path("<str:number>/me-too/", views.me_too, name="me_too"),
    path("<str:number>/major/<slug:what>/", views.major, name="major"),
    path("<str:number>/attach/", views.attach, name="attach"),
    path("<str:number>/detach/", views.detach, name="detach"),
    path("<str:number>/similar/", views.similar_to, name="similar"),
    path("<str:number>/article/", views.write_article, name="write_article"),
    path("<str:number>/recurrence/", views.recurrence, name="recurrence"),
]
