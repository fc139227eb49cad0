"""What files declare: one module a platform, all to the same model."""
