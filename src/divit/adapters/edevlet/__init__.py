"""e-Devlet Kapısı: plain OAuth2 with `;`-joined scopes and an identity end point of its own."""

from divit.adapters.edevlet.gateway import EdevletGateway, Levels

__all__ = ["EdevletGateway", "Levels"]
