"""The propagation path from a source to an ear: air, occlusion, near field, Doppler."""
