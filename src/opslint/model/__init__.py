"""The words of the model: frozen values with look-ups only."""
