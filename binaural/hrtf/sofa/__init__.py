"""Measured heads from SOFA files (AES69-2022), as people have them: what can be mended is, and that is told."""
