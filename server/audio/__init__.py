"""What every clip goes through: closed to a loop, mixed down to one channel, brought to a level."""
