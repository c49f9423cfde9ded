"""Facts that take more than one file: which tools are in use, what asks a model, what evaluates it, what a pipeline runs."""
