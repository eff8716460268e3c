"""BAŞVURU İŞLEMLERİ: the draft step by step, the printed form, and the status of an application."""
