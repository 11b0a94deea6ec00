"""What waits to be sent on one connection: messages by key, live audio, and clips."""
