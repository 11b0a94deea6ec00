"""The Oobleck autoencoder of Stable Audio and TangoFlux, of which only the decoder runs: latents into stereo."""
