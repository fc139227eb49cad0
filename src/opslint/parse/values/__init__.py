"""What every parser makes of small things: places, images, branch names, bounds."""
