"""HTML without a template engine: elements are functions, text is always escaped."""

import html
from typing import TypeAlias

Attribute: TypeAlias = str | int | bool | None
_VOID = {"input", "meta", "link", "br", "hr", "img"}


class Html(str):
    """Text that already is HTML."""

    __slots__ = ()


Child: TypeAlias = str | Html | None


def h(tag: str, *children: Child, **attributes: Attribute) -> Html:
    """An element; `class_` and `for_` lose their underscore, `aria_label` becomes `aria-label`."""
    written = "".join(_attribute(name, value) for name, value in attributes.items())
    if tag in _VOID:
        return Html(f"<{tag}{written}>")
    return Html(f"<{tag}{written}>{join(*children)}</{tag}>")


def join(*children: Child) -> Html:
    """One after the other; plain strings are escaped, None is nothing."""
    return Html("".join(c if isinstance(c, Html) else html.escape(c) for c in children if c is not None))


def _attribute(name: str, value: Attribute) -> str:
    if value is None or value is False:
        return ""
    name = name.rstrip("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{html.escape(str(value))}"'
