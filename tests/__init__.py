"""What opslint claims, checked."""
