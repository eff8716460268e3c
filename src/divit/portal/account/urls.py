"""Addresses of messages and of one's own data."""

from django.urls import path

from divit.portal.account import views

urlpatterns = [
    path("mesajlar/", views.messages_page, name="messages"),
    path("verilerim/", views.my_data, name="my_data"),
    path("verilerim/iletisim/", views.contact, name="contact"),
]
