"""The reference client: follows scenes over WebSocket, and plays or records their live sound."""
