"""Address of the stages and their durations."""

from django.urls import path

from divit.portal.stages import views

urlpatterns = [path("asamalar/", views.stages, name="stages")]
