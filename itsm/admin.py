"""The administration's frame: its name, its one way in, and what is kept out of hands that could break access."""

from allauth.account import admin as allauth_admin
from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress, EmailConfirmation
from django.conf import settings
from django.contrib import admin
from django.contrib.auth import admin as auth_admin
from django.contrib.auth.models import Group

admin.site.site_header = admin.site.site_title = f"{settings.PORTAL_NAME} administration"
admin.site.index_title = "What would you like to set up?"
# One sign-in for all, with its limit on wrong passwords and its second step.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

# Groups hold the grants on queues and follow from memberships; addresses follow from the user. The two modules
# are imported so that what they register is there to be taken out.
_REGISTER = (auth_admin, allauth_admin)
for model in (Group, EmailAddress, EmailConfirmation):
    if admin.site.is_registered(model):
        admin.site.unregister(model)
