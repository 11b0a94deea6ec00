"""The reference client: follows scenes over WebSocket, fetches their clips, and plays what is heard."""
