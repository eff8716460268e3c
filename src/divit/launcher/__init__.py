"""Starting the house: embedded database, processes, assets and texts."""
