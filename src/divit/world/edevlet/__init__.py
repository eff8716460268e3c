"""e-Devlet Kapısı: the gate that says who somebody is, over its OAuth2 wire."""
