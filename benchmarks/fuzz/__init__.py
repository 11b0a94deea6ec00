"""Damaged files of every format that is read: each must be read or refused in one line, in bounded memory and time."""
