"""Scenes as they are heard now: who plays, who moves, and who listens over WebSocket."""
