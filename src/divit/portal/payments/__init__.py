"""Borç Sorgulama ve Ödeme: asking for a debt, going to the bank, and coming back."""
