"""What every process needs: settings, secrets, deadlines, failures, HTTP, the audit log."""
