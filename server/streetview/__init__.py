"""Google Street View by its official interfaces, with the user's own key: panoramas from tiles, and photographs."""
