"""InternVL 2.5 and its kin, in transformers' own classes."""
