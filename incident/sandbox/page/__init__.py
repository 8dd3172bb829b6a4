"""The sandbox's page in the browser, and its JSON API."""
