"""Cep Telefonu Doğrulama: the page on which a code is typed."""
