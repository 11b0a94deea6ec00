"""TangoFlux: text into sound by a rectified flow."""
