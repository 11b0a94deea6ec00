"""What takes longer than an answer may: kept on the disk, done by worker processes."""
