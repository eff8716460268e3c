"""The only writers of delivery's tables: parcels, and sealed PINs."""
