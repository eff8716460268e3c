"""The officer's pages of the addresses that the institution's programs are told at."""
