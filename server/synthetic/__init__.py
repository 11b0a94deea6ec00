"""A street to try things on: a small ray caster, and what stands in the demo."""
