"""The Django project: settings from the environment, root urls, the web application."""
