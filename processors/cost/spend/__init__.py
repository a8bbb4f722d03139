"""What a trace has spent, and which of its calls repeat a failed one."""
