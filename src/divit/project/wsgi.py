"""The web application that granian serves."""

import os

from django.core.wsgi import get_wsgi_application

from divit.launcher.postgres import die_with_parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "divit.project.settings")
die_with_parent()
application = get_wsgi_application()
