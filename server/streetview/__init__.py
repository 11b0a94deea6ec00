"""Panoramas and photographs from Google Street View, by its official interfaces and with the user's own key."""
