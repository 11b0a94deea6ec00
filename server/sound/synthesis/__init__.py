"""What recipes are made of: noise, tone, and events on a circular clip."""
