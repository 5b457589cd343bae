"""What keeps the code in shape: our lint rules, import contracts and test services."""
