"""The administration's frame: its name, its one way in, and what is kept out of hands that could break access."""

from typing import Any

from allauth.account import admin as allauth_admin
from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.mfa import admin as mfa_admin
from allauth.mfa.models import Authenticator
from allauth.usersessions import admin as sessions_admin
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import admin
from django.contrib.auth import admin as auth_admin
from django.contrib.auth.models import Group
from django.http import HttpRequest
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

admin.site.site_header = admin.site.site_title = format_lazy(_("{portal} administration"), portal=settings.PORTAL_NAME)
admin.site.index_title = _("What would you like to set up?")
# One sign-in for all, with its limit on wrong passwords and its second step.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

# Django's own words for which it has no German.
BORROWED = (
    gettext_noop("Enabled"),
    gettext_noop("Disabled"),
    gettext_noop("Password-based authentication"),
    gettext_noop("After you’ve created a user, you’ll be able to edit more user options."),
    gettext_noop(
        "Whether the user will be able to authenticate using a password or not. If disabled, they may still be able to "
        "authenticate using other backends, such as Single Sign-On or LDAP."
    ),
)

# Groups hold the grants on queues and follow from memberships; addresses follow from the user; where somebody is signed
# in is their own business. These modules are imported so that what they register is there to be taken out.
_REGISTER = (auth_admin, allauth_admin, mfa_admin, sessions_admin)
for model in (Group, EmailAddress, EmailConfirmation, Authenticator, UserSession):
    if admin.site.is_registered(model):
        admin.site.unregister(model)


@admin.register(Authenticator)
class SecondStepAdmin(admin.ModelAdmin):
    """Who has a second step; for the day on which a phone and the codes are gone, it can be taken away. Nothing else."""

    list_display = ("user", "type", "created_at", "last_used_at")
    fields = readonly_fields = ("user", "type", "created_at", "last_used_at")
    list_filter = ("type",)
    search_fields = ["user__username", "user__email"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
