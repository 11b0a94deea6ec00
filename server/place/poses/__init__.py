"""Where panoramas were taken: from manifests, from what lies beside them, from their own metadata."""
