"""How forms become HTML everywhere: our own templates for fields and widgets."""

from django.forms.renderers import TemplatesSetting


class Renderer(TemplatesSetting):
    """Named in settings as FORM_RENDERER."""

    form_template_name = "portal/forms/form.html"
    field_template_name = "portal/forms/field.html"
