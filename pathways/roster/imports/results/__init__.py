"""What a roster file leaves behind: its report, the rows to correct, the effect, its page."""
