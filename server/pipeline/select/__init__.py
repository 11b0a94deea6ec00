"""Which of the sources found are worth a clip, and why the others are not."""
