"""Where in each view the named things are: boxes by a model that reads phrases and looks."""
