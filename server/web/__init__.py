"""The page that shows and plays a scene in a browser: plain modules, with no build step and nothing from elsewhere."""
