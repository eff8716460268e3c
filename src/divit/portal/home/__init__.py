"""The public pages and the menus that lead to everything else."""
