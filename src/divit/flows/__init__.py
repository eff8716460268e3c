"""What a person would ask for, one file per process: the only place where domains meet."""
